package dev.mordomo.kernel;

import java.util.Optional;
import java.util.UUID;

/**
 * For whom a transaction works: PostgreSQL's policies see nothing else.
 *
 * @param role superuser, admin, operator, member or guest
 */
public record Scope(UUID tenantId, UUID userId, String role) {
  public boolean isSuperuser() {
    return "superuser".equals(role);
  }

  /**
   * For what is the superuser's alone.
   *
   * @param refusal what others are told
   * @throws Failure {@code forbidden}
   */
  public void requireSuperuser(String refusal) {
    if (!isSuperuser()) {
      throw Failure.of(FailureCode.FORBIDDEN, refusal);
    }
  }

  /** An administrator of the tenant, or the superuser. */
  public boolean isAdmin() {
    return isSuperuser() || "admin".equals(role);
  }

  /** Who keeps the tenant's documents: an operator, an administrator, or the superuser. */
  public boolean isOperator() {
    return isAdmin() || "operator".equals(role);
  }

  /** Who has no account. */
  public boolean isGuest() {
    return "guest".equals(role);
  }

  /** The user, where a thing belongs to one. */
  public Optional<UUID> user() {
    return Optional.of(userId);
  }
}
