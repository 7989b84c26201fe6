package dev.mordomo.gateway.http;

import dev.mordomo.kernel.Scope;

/** Who may call a route. */
enum Access {
  /** Whoever can reach the port. */
  ANYONE,
  /** Whoever is signed in. */
  USER,
  /** An administrator of a tenant, or the superuser. */
  ADMIN,
  /** The operator of the installation. */
  SUPERUSER;

  boolean admits(Scope scope) {
    return switch (this) {
      case ANYONE, USER -> true;
      case ADMIN -> scope.isAdmin();
      case SUPERUSER -> scope.isSuperuser();
    };
  }
}
