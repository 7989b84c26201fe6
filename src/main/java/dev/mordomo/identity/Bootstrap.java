package dev.mordomo.identity;

import dev.mordomo.identity.Tenant.Plan;
import dev.mordomo.identity.Tenant.Status;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Settings;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;

/** Makes the first tenant and its superuser in an empty installation. */
public final class Bootstrap {
  private static final String TENANT = "Demo";
  private static final String EMAIL = "admin@mordomo.local";

  private final Database database;
  private final UserStore users;
  private final TenantStore tenants;
  private final Passwords passwords;
  private final IdentityConfig config;
  private final InstantSource clock;

  Bootstrap(
      Database database,
      UserStore users,
      TenantStore tenants,
      Passwords passwords,
      IdentityConfig config,
      InstantSource clock) {
    this.database = database;
    this.users = users;
    this.tenants = tenants;
    this.passwords = passwords;
    this.config = config;
    this.clock = clock;
  }

  /**
   * How to sign in for the first time.
   *
   * @param generatedPassword to be shown once; empty when it was given
   */
  public record FirstStart(UUID tenantId, String email, Optional<String> generatedPassword) {
    @Override
    public String toString() {
      return "FirstStart[email=" + email + "]";
    }
  }

  /**
   * Does nothing when there ever was a user. Of several nodes at once, one makes them.
   *
   * @param settings of which {@code MORDOMO_ADMIN_EMAIL} and {@code MORDOMO_ADMIN_PASSWORD} are
   *     read
   * @return empty when nothing was made
   * @throws dev.mordomo.kernel.Failure {@code invalid} when those cannot be an e-mail and a
   *     password
   */
  Optional<FirstStart> run(Settings settings) {
    if (database.asSystem(users::any)) {
      return Optional.empty();
    }
    String email =
        Emails.checked(
            "MORDOMO_ADMIN_EMAIL", settings.variable("MORDOMO_ADMIN_EMAIL").orElse(EMAIL));
    Optional<String> given = settings.variable("MORDOMO_ADMIN_PASSWORD");
    given.ifPresent(password -> Passwords.check("MORDOMO_ADMIN_PASSWORD", password));
    String password = given.orElseGet(ReadablePassword::next);
    UUID tenant = Ids.next();
    UserStore.NewUser admin =
        new UserStore.NewUser(
            Ids.next(),
            tenant,
            email,
            Optional.of(passwords.hash(password)),
            "Admin",
            Role.SUPERUSER);
    boolean made =
        database.asSystem(connection -> {
          users.lockFirst(connection);
          if (users.any(connection)) {
            return false;
          }
          Tenant.Draft demo =
              new Tenant.Draft(TENANT, Plan.ENTERPRISE, Status.ACTIVE, config.demoTokenQuota());
          tenants.insert(connection, tenant, demo, clock.instant());
          users.insert(connection, admin, clock.instant());
          return true;
        });
    Optional<String> generated = given.isPresent() ? Optional.empty() : Optional.of(password);
    return made ? Optional.of(new FirstStart(tenant, email, generated)) : Optional.empty();
  }
}
