package dev.mordomo;

import dev.mordomo.identity.IdentityCommands;
import dev.mordomo.kernel.Settings;
import dev.mordomo.knowledge.KnowledgeCommands;
import java.io.Console;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The commands of {@code ./mordomo} that need the house but no server. */
final class Commands {
  private Commands() {}

  private static boolean isTerminal() {
    return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
  }

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
      return switch (command) {
        case "ingest", "migrate" ->
            new KnowledgeCommands(
                    app.knowledge(),
                    email -> app.identity().users().operator(email),
                    out,
                    err,
                    isTerminal())
                .run(all, settings.variable("CHROMA_TOKEN"));
        default -> new IdentityCommands(app.identity(), out, err).run(all);
      };
    }
  }
}
