package dev.mordomo.privacy;

import java.io.PrintStream;
import java.util.List;

/** {@code ./mordomo retention}: removes what is past its time, or says what would go. */
public final class RetentionCommands {
  private static final int USAGE = 2;
  private static final String NOTHING = "Nothing is past its time.";
  private static final String HELP =
      """
      Usage:
        ./mordomo retention --dry-run   what is past its time, by tenant; nothing is removed
        ./mordomo retention             removes it now; a running server does so every day
      """;

  private final PrivacyService privacy;
  private final PrintStream out;
  private final PrintStream err;

  public RetentionCommands(PrivacyService privacy, PrintStream out, PrintStream err) {
    this.privacy = privacy;
    this.out = out;
    this.err = err;
  }

  /**
   * @param arguments from {@code retention} on
   * @return the exit code
   */
  public int run(List<String> arguments) {
    List<String> rest = arguments.subList(1, arguments.size());
    if (rest.equals(List.of("help")) || rest.equals(List.of("--help"))) {
      out.print(HELP);
      return 0;
    }
    if (!rest.isEmpty() && !rest.equals(List.of("--dry-run"))) {
      err.println("mordomo: retention takes --dry-run or nothing");
      err.print(HELP);
      return USAGE;
    }
    if (rest.isEmpty()) {
      List<RetentionDue> gone = privacy.removeExpired();
      tell(gone);
      out.println(gone.isEmpty() ? NOTHING : "Removed.");
      return 0;
    }
    Retention due = privacy.due();
    tell(due.data());
    boolean parts = due.auditMonths() + due.logDays() > 0;
    if (parts) {
      out.printf(
          "all tenants  %d months of the audit  %d days of the log%n",
          due.auditMonths(), due.logDays());
    }
    out.println(due.data().isEmpty() && !parts ? NOTHING : "Nothing was removed.");
    return 0;
  }

  private void tell(List<RetentionDue> all) {
    all.forEach(one ->
        out.printf(
            "tenant %s  %d messages  %d turns  %d actions  %d conversations  %d documents  %d"
                + " queries%n",
            one.tenantId(),
            one.messages(),
            one.turns(),
            one.actions(),
            one.conversations(),
            one.documents(),
            one.queries()));
  }
}
