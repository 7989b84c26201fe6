package dev.mordomo.identity;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A key for a device or an OpenAI client. It speaks as its user.
 *
 * @param prefix the first characters of the key, to recognise it by
 * @param expiresAt empty: never
 * @param lastUsedAt to the minute
 * @param scopes what it may be used for; empty: all that its user may
 */
public record ApiKey(
    UUID id,
    String name,
    String prefix,
    Optional<List<KeyScope>> scopes,
    Optional<Instant> expiresAt,
    Optional<Instant> lastUsedAt,
    Instant createdAt) {
  static final String PREFIX = "mk_";

  /**
   * A new key, with the only sight of it.
   *
   * @param key {@code mk_} and 43 characters
   */
  public record Created(
      UUID id,
      String name,
      String key,
      String prefix,
      Optional<List<KeyScope>> scopes,
      Optional<Instant> expiresAt,
      Instant createdAt) {
    @Override
    public String toString() {
      return "Created[id=" + id + ", prefix=" + prefix + "]";
    }
  }
}
