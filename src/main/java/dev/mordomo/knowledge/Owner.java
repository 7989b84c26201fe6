package dev.mordomo.knowledge;

import dev.mordomo.kernel.Scope;
import java.util.Optional;
import java.util.UUID;

/** Whose a collection is, and with it every row below it. */
record Owner(CollectionScope scope, Optional<UUID> tenantId, Optional<UUID> userId) {

  static Owner of(CollectionScope scope, Scope who) {
    return switch (scope) {
      case GLOBAL -> new Owner(scope, Optional.empty(), Optional.empty());
      case TENANT -> new Owner(scope, Optional.of(who.tenantId()), Optional.empty());
      case USER -> new Owner(scope, Optional.of(who.tenantId()), Optional.of(who.userId()));
    };
  }

  /** Of those who see it. */
  boolean isWritableBy(Scope who) {
    return scope != CollectionScope.GLOBAL || who.isSuperuser();
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
