package dev.mordomo.identity;

import dev.mordomo.identity.Tenant.Plan;
import dev.mordomo.identity.Tenant.Status;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Scope;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * {@code ./mordomo user}, {@code tenant} and {@code key}, for whoever runs the installation. New
 * passwords are made here and printed once: on a command line everybody could read them.
 */
public final class IdentityCommands {
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int PAGE = 200;
  private static final long DEFAULT_QUOTA = 10_000;
  private static final Scope OPERATOR =
      new Scope(new UUID(0, 0), new UUID(0, 0), Role.SUPERUSER.wire());
  private static final String HELP =
      """
      Usage:
        ./mordomo user add EMAIL NAME [--role member|operator|admin|superuser] [--tenant ID]
        ./mordomo user password EMAIL     a new password, printed once; signs them out everywhere
        ./mordomo user list [--tenant ID]
        ./mordomo tenant add NAME [--plan starter|pro|scale|enterprise] [--quota TOKENS]
        ./mordomo tenant list
        ./mordomo key rotate     a new key for access tokens; it signs in ten minutes, no token ends early
        ./mordomo key revoke     when one was stolen: every access token ends, clients refresh theirs
      Without --tenant a new user belongs to the first tenant.
      """;

  private final IdentityService identity;
  private final PrintStream out;
  private final PrintStream err;

  public IdentityCommands(IdentityService identity, PrintStream out, PrintStream err) {
    this.identity = identity;
    this.out = out;
    this.err = err;
  }

  /**
   * @param arguments from {@code user}, {@code tenant} or {@code key} on
   * @return the exit code: 0, 1 when it failed, 2 when the command makes no sense
   */
  public int run(List<String> arguments) {
    try {
      CommandLine line = CommandLine.of(arguments);
      if (line.has("help")) {
        out.print(HELP);
        return 0;
      }
      return switch (String.join(" ", line.words().stream().limit(2).toList())) {
        case "user add" -> addUser(line);
        case "user password" -> newPassword(line);
        case "user list" -> listUsers(line);
        case "tenant add" -> addTenant(line);
        case "tenant list" -> listTenants(line);
        case "key rotate" -> rotateKey(line);
        case "key revoke" -> revokeKeys(line);
        default -> usage("which command?");
      };
    } catch (IllegalArgumentException e) {
      return usage(String.valueOf(e.getMessage()));
    } catch (Failure e) {
      err.println("mordomo: " + e.detail());
      return FAILED;
    }
  }

  private int addUser(CommandLine line) {
    line.expect(2, "role", "tenant");
    String password = ReadablePassword.next();
    Role role = line.option("role").map(name -> choice("role", name)).orElse(Role.OPERATOR);
    Optional<UUID> tenant = line.option("tenant").map(UUID::fromString);
    User user =
        identity
            .users()
            .create(
                OPERATOR,
                new User.Draft(
                    Optional.of(tenant.orElseGet(this::firstTenant)),
                    line.words().get(2),
                    Optional.of(password),
                    line.words().get(3),
                    role));
    print(user);
    out.println("Password: " + password + "   (shown this once)");
    return 0;
  }

  private int newPassword(CommandLine line) {
    line.expect(1);
    User user = identity.users().byEmail(OPERATOR, line.words().get(2));
    String password = ReadablePassword.next();
    identity
        .users()
        .change(
            OPERATOR,
            user.id(),
            new User.Change(
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(password)));
    out.println("Password: " + password + "   (shown this once)");
    return 0;
  }

  private int listUsers(CommandLine line) {
    line.expect(0, "tenant");
    Optional<UUID> tenant = line.option("tenant").map(UUID::fromString);
    Optional<UUID> after = Optional.empty();
    List<User> page;
    do {
      page = identity.users().list(OPERATOR, tenant, after, PAGE);
      page.forEach(this::print);
      after = page.isEmpty() ? after : Optional.of(page.getLast().id());
    } while (page.size() == PAGE);
    return 0;
  }

  private int addTenant(CommandLine line) {
    line.expect(1, "plan", "quota");
    Plan plan = line.option("plan").map(IdentityCommands::plan).orElse(Plan.STARTER);
    long quota = line.option("quota").map(Long::parseLong).orElse(DEFAULT_QUOTA);
    print(
        identity
            .tenants()
            .create(OPERATOR, new Tenant.Draft(line.words().get(2), plan, Status.ACTIVE, quota)));
    return 0;
  }

  private int listTenants(CommandLine line) {
    line.expect(0);
    Optional<UUID> after = Optional.empty();
    List<Tenant> page;
    do {
      page = identity.tenants().list(OPERATOR, after, PAGE);
      page.forEach(this::print);
      after = page.isEmpty() ? after : Optional.of(page.getLast().id());
    } while (page.size() == PAGE);
    return 0;
  }

  private int rotateKey(CommandLine line) {
    line.expect(0);
    identity.rotateSigningKey();
    out.println("A new key is published. It signs in ten minutes.");
    return 0;
  }

  private int revokeKeys(CommandLine line) {
    line.expect(0);
    identity.revokeSigningKeys();
    out.println("The old keys are gone: no access token from before is taken any more.");
    return 0;
  }

  private UUID firstTenant() {
    return identity.tenants().list(OPERATOR, Optional.empty(), 1).stream()
        .findFirst()
        .map(Tenant::id)
        .orElseThrow(() -> new IllegalArgumentException("there is no tenant yet: tenant add"));
  }

  private void print(User user) {
    out.printf(
        "%s  %-32s %-10s %-8s tenant %s  %s%n",
        user.id(),
        user.email().orElse("-"),
        user.role().wire(),
        user.isActive() ? "active" : "off",
        user.tenantId(),
        user.name());
  }

  private void print(Tenant tenant) {
    out.printf(
        "%s  %-24s %-10s %-9s %d of %d tokens%n",
        tenant.id(),
        tenant.name(),
        tenant.plan().wire(),
        tenant.status().wire(),
        tenant.tokensConsumed(),
        tenant.tokenQuota());
  }

  private int usage(String problem) {
    err.println("mordomo: " + problem);
    err.print(HELP);
    return USAGE;
  }

  private static Role choice(String option, String name) {
    if (!Role.wires().contains(name)) {
      throw new IllegalArgumentException("--" + option + " is one of " + Role.wires());
    }
    return Role.of(name);
  }

  private static Plan plan(String name) {
    if (!Plan.wires().contains(name)) {
      throw new IllegalArgumentException("--plan is one of " + Plan.wires());
    }
    return Plan.of(name);
  }
}
