package dev.mordomo.identity;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A user, as administrators and the user see them.
 *
 * @param email in lower case; empty for a user who cannot sign in with one
 * @param locale BCP 47, for instance {@code pt-BR}
 * @param timeZone of the IANA database, for instance {@code America/Sao_Paulo}
 * @param avatar an https URL
 */
public record User(
    UUID id,
    UUID tenantId,
    Optional<String> email,
    String name,
    Role role,
    String locale,
    String timeZone,
    Optional<String> avatar,
    boolean isActive,
    boolean voiceEnrolled,
    Optional<Instant> lastInteractionAt,
    Map<String, Object> metadata,
    Instant createdAt) {
  public User {
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /** The same user, who said something at this time or later. */
  User withInteraction(Instant at) {
    Instant last = lastInteractionAt.filter(known -> known.isAfter(at)).orElse(at);
    return new User(
        id,
        tenantId,
        email,
        name,
        role,
        locale,
        timeZone,
        avatar,
        isActive,
        voiceEnrolled,
        Optional.of(last),
        metadata,
        createdAt);
  }

  /**
   * A user to be made.
   *
   * @param tenantId empty: the caller's own
   * @param password empty: they cannot sign in with one yet
   */
  public record Draft(
      Optional<UUID> tenantId, String email, Optional<String> password, String name, Role role) {
    @Override
    public String toString() {
      return "Draft[email=" + email + ", role=" + role + "]";
    }
  }

  /** What an administrator changes; what is empty stays. */
  public record Change(
      Optional<String> name,
      Optional<Role> role,
      Optional<Boolean> isActive,
      Optional<String> password) {
    @Override
    public String toString() {
      return "Change[name=" + name + ", role=" + role + ", isActive=" + isActive + "]";
    }
  }

  /**
   * What users change of themselves; what is empty stays.
   *
   * @param avatar present but empty: none any more
   */
  public record Profile(
      Optional<String> name,
      Optional<String> locale,
      Optional<String> timeZone,
      Optional<Optional<String>> avatar) {}
}
