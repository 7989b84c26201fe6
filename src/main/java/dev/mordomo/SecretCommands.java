package dev.mordomo;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Keyring;
import dev.mordomo.kernel.Resealing;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/** {@code ./mordomo secret}: the keys under which secrets are sealed. Also while a server runs. */
final class SecretCommands {
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final String HELP =
      """
      Usage:
        ./mordomo secret status   the keys that seal what is stored, and what is not under the newest
        ./mordomo secret rotate   a new key; seals all that is stored anew under it
        ./mordomo secret reseal   goes on with that where it was broken off
      """;

  private final Keyring keyring;
  private final Resealing resealing;
  private final PrintStream out;
  private final PrintStream err;

  SecretCommands(Keyring keyring, Resealing resealing, PrintStream out, PrintStream err) {
    this.keyring = keyring;
    this.resealing = resealing;
    this.out = out;
    this.err = err;
  }

  /**
   * The exit code: 0, 1 when something could not be sealed anew, 2 when there is no such command.
   */
  int run(List<String> arguments) {
    try {
      return switch (String.join(" ", arguments.subList(1, arguments.size()))) {
        case "status" -> status();
        case "rotate" -> rotate();
        case "reseal" -> reseal();
        case "help", "--help", "-h" -> {
          out.print(HELP);
          yield 0;
        }
        default -> {
          err.println("mordomo: which command?");
          err.print(HELP);
          yield USAGE;
        }
      };
    } catch (Failure e) {
      err.println("mordomo: " + e.detail());
      return FAILED;
    }
  }

  private int status() {
    for (Keyring.Key key : keyring.list()) {
      out.println(key.name() + (key.primary() ? "  seals and opens" : "  opens only"));
    }
    out.println(resealing.left() + " values are not sealed under the newest key.");
    return 0;
  }

  private int rotate() {
    out.println("New values are sealed under " + keyring.rotate().name() + ".");
    return reseal();
  }

  private int reseal() {
    Optional<Resealing.Outcome> outcome = resealing.run();
    if (outcome.isEmpty()) {
      out.println("Another process seals anew already.");
      return 0;
    }
    outcome.get().unreadable().forEach(what -> err.println("mordomo: " + what));
    out.println(outcome.get().done() + " values were sealed anew.");
    out.println(
        "A running server removes the old keys after "
            + Keyring.SETTLED.toMinutes()
            + " minutes, when nothing needs them.");
    return outcome.get().unreadable().isEmpty() ? 0 : FAILED;
  }
}
