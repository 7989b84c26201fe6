package dev.mordomo.ops.audit;

import java.io.PrintStream;
import java.util.List;
import java.util.UUID;

/** {@code ./mordomo audit}, for whoever answers for the installation. */
public final class AuditCommands {
  private static final int BROKEN = 1;
  private static final int USAGE = 2;
  private static final String HELP =
      """
      Usage:
        ./mordomo audit verify [TENANT]   checks every record's place and content, or names the first wrong one
      """;

  private final AuditService audit;
  private final PrintStream out;
  private final PrintStream err;

  public AuditCommands(AuditService audit, PrintStream out, PrintStream err) {
    this.audit = audit;
    this.out = out;
    this.err = err;
  }

  /**
   * @param arguments from {@code audit} on
   * @return the exit code: 0, 1 when a chain is broken, 2 when the command makes no sense
   */
  public int run(List<String> arguments) {
    if (arguments.stream().anyMatch(List.of("help", "--help", "-h")::contains)) {
      out.print(HELP);
      return 0;
    }
    if (arguments.size() < 2 || arguments.size() > 3 || !arguments.get(1).equals("verify")) {
      err.print(HELP);
      return USAGE;
    }
    List<UUID> tenants;
    try {
      tenants = arguments.size() == 3 ? List.of(UUID.fromString(arguments.get(2))) : audit.chains();
    } catch (IllegalArgumentException e) {
      err.println("mordomo: expected the id of a tenant, not " + arguments.get(2));
      return USAGE;
    }
    int broken = 0;
    for (UUID tenant : tenants) {
      ChainCheck check = audit.check(tenant);
      print(check);
      broken += check.broken().isPresent() ? 1 : 0;
    }
    out.println(
        broken == 0
            ? "The audit is whole: " + tenants.size() + " chains."
            : "The audit is broken in " + broken + " of " + tenants.size() + " chains.");
    return broken == 0 ? 0 : BROKEN;
  }

  private void print(ChainCheck check) {
    out.printf(
        "%s  %s to %s  %s%s%n",
        check.tenantId(),
        check.from(),
        check.to(),
        check
            .broken()
            .map(what -> "BROKEN: " + what)
            .orElse("whole, " + check.hash() + ", and " + check.asked() + " asked"),
        check.unsealed() == 0 ? "" : "  (" + check.unsealed() + " not sealed yet)");
  }
}
