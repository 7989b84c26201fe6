package dev.mordomo.knowledge;

import dev.mordomo.kernel.Scope;
import java.util.Optional;
import java.util.UUID;

/** Whose a collection is, and with it every row below it. */
record Owner(CollectionScope scope, Optional<UUID> tenantId, Optional<UUID> userId) {
  /** What is said to who sees a collection and may not write in it. */
  static final String NOT_WRITABLE =
      "a global collection is written by the superuser alone, a tenant's by its operators and"
          + " administrators";

  static Owner of(CollectionScope scope, Scope who) {
    return switch (scope) {
      case GLOBAL -> new Owner(scope, Optional.empty(), Optional.empty());
      case TENANT -> new Owner(scope, Optional.of(who.tenantId()), Optional.empty());
      case USER -> new Owner(scope, Optional.of(who.tenantId()), Optional.of(who.userId()));
    };
  }

  /** Of those who see it. */
  boolean isWritableBy(Scope who) {
    return switch (scope) {
      case GLOBAL -> who.isSuperuser();
      case TENANT -> who.isOperator();
      case USER -> true;
    };
  }

  /**
   * Where the original with this hash lies. Whoever sees one row with this key sees all of them, so
   * that the last one can be told.
   */
  String fileKey(String sha256) {
    String tenant = tenantId.map(UUID::toString).orElse("global");
    String user = userId.map(UUID::toString).orElse("shared");
    return tenant + "/" + user + "/" + sha256.substring(0, 2) + "/" + sha256;
  }
}
