package dev.mordomo;

import dev.mordomo.identity.IdentityCommands;
import dev.mordomo.kernel.Settings;
import dev.mordomo.knowledge.KnowledgeCommands;
import dev.mordomo.ops.audit.AuditCommands;
import dev.mordomo.privacy.RetentionCommands;
import java.io.Console;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;

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
      IntSupplier work = () -> run(app, settings, all, out, err);
      return deed(all).map(action -> app.audit().command(action, work)).orElseGet(work::getAsInt);
    }
  }

  private static int run(
      App app, Settings settings, List<String> all, PrintStream out, PrintStream err) {
    return switch (all.getFirst()) {
      case "ingest", "migrate" -> {
        app.keepTokens();
        yield new KnowledgeCommands(
                app.knowledge(),
                email -> app.identity().users().operator(email),
                out,
                err,
                isTerminal())
            .run(all, settings.variable("CHROMA_TOKEN"));
      }
      case "retention" -> new RetentionCommands(app.privacy(), out, err).run(all);
      case "secret" -> new SecretCommands(app.keyring(), app.resealing(), out, err).run(all);
      case "audit" -> new AuditCommands(app.audit(), out, err).run(all);
      default -> new IdentityCommands(app.identity(), out, err).run(all);
    };
  }

  /** What a command does to be written down; empty for those that only look. */
  private static Optional<String> deed(List<String> all) {
    return switch (String.join(" ", all.stream().limit(2).toList())) {
      case "user add" -> Optional.of("user.create");
      case "user password" -> Optional.of("user.change");
      case "tenant add" -> Optional.of("tenant.create");
      case "key rotate" -> Optional.of("signing_key.rotate");
      case "retention" -> Optional.of("retention.run");
      case "secret rotate" -> Optional.of("sealing_key.rotate");
      case "key revoke" -> Optional.of("signing_key.revoke");
      default ->
          switch (all.getFirst()) {
            case "ingest" -> Optional.of("document.ingest");
            case "migrate" -> Optional.of("document.migrate");
            default -> Optional.empty();
          };
    };
  }
}
