package dev.mordomo.gateway.http;

import dev.mordomo.kernel.Scope;

/** Who may call a route. */
enum Access {
  /** Whoever can reach the port. */
  ANYONE,
  /** Whoever has a token, who has no account too. */
  GUEST,
  /** Whoever has an account. */
  USER,
  /** An administrator of a tenant, or the superuser. */
  ADMIN,
  /** The operator of the installation. */
  SUPERUSER;

  boolean admits(Scope scope) {
    return switch (this) {
      case ANYONE, GUEST -> true;
      case USER -> !scope.isGuest();
      case ADMIN -> scope.isAdmin();
      case SUPERUSER -> scope.isSuperuser();
    };
  }
}
