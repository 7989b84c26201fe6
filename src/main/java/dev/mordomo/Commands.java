package dev.mordomo;

import dev.mordomo.identity.IdentityCommands;
import dev.mordomo.kernel.Settings;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The commands of {@code ./mordomo} that need the house but no server. */
final class Commands {
  private Commands() {}

  static int run(
      Settings settings,
      Path data,
      String command,
      List<String> arguments,
      PrintStream out,
      PrintStream err) {
    try (App app = App.open(settings, data)) {
      List<String> all = new ArrayList<>(List.of(command));
      all.addAll(arguments);
      return new IdentityCommands(app.identity(), out, err).run(all);
    }
  }
}
