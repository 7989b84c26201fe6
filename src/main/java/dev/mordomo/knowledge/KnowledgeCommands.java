package dev.mordomo.knowledge;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Scope;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** {@code ingest} and {@code migrate}, typed by whoever operates the installation. */
public final class KnowledgeCommands {
  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final int WRONG = 2;
  private static final String USAGE =
      """
      Usage:
        ./mordomo ingest FOLDER --collection NAME [--scope tenant|user|global] [--user EMAIL]
        ./mordomo migrate chroma URL [--scope tenant|user|global] [--user EMAIL]
                          [--tenant default_tenant] [--database default_database]
      Without --user the first superuser does it. CHROMA_TOKEN is sent where the server wants one.
      Begun again, both leave alone what is there already.
      """;

  private final KnowledgeService knowledge;
  private final Function<Optional<String>, Scope> user;
  private final PrintStream out;
  private final PrintStream err;
  private final boolean terminal;

  /**
   * @param user whose work it is: of an e-mail, or the first superuser
   * @param terminal whether a line of {@code out} can be drawn anew
   */
  public KnowledgeCommands(
      KnowledgeService knowledge,
      Function<Optional<String>, Scope> user,
      PrintStream out,
      PrintStream err,
      boolean terminal) {
    this.knowledge = knowledge;
    this.user = user;
    this.out = out;
    this.err = err;
    this.terminal = terminal;
  }

  /**
   * @param arguments the command first
   * @param token for the other server
   * @return 0, or 1 when something was not possible, or 2 for words that make no command
   */
  public int run(List<String> arguments, Optional<String> token) {
    List<String> words = new ArrayList<>();
    Map<String, String> options = new LinkedHashMap<>();
    try {
      take(arguments, words, options);
      if (words.size() == 2 && words.getFirst().equals("ingest")) {
        return ingest(Path.of(words.get(1)), options);
      }
      if (words.size() == 3 && words.subList(0, 2).equals(List.of("migrate", "chroma"))) {
        return migrate(words.get(2), options, token);
      }
      throw new IllegalArgumentException("expected a folder, or chroma and its URL");
    } catch (IllegalArgumentException e) {
      err.println("mordomo: " + e.getMessage());
      err.print(USAGE);
      return WRONG;
    } catch (Failure e) {
      err.println("mordomo: " + e.detail());
      return FAILED;
    }
  }

  private static void take(
      List<String> arguments, List<String> words, Map<String, String> options) {
    List<String> known = List.of("collection", "scope", "user", "tenant", "database");
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (!argument.startsWith("--")) {
        words.add(argument);
        continue;
      }
      int equals = argument.indexOf('=');
      String name = argument.substring(2, equals > 0 ? equals : argument.length());
      if (!known.contains(name)) {
        throw new IllegalArgumentException("there is no option --" + name);
      }
      if (equals < 0 && i + 1 == arguments.size()) {
        throw new IllegalArgumentException("--" + name + " needs a value");
      }
      options.put(name, equals > 0 ? argument.substring(equals + 1) : arguments.get(++i));
    }
  }

  private static CollectionScope scope(Map<String, String> options) {
    String word = options.getOrDefault("scope", "tenant");
    for (CollectionScope scope : CollectionScope.values()) {
      if (scope.wire().equals(word)) {
        return scope;
      }
    }
    throw new IllegalArgumentException("--scope is tenant, user or global, not " + word);
  }

  private int ingest(Path folder, Map<String, String> options) {
    String name =
        Optional.ofNullable(options.get("collection"))
            .orElseThrow(() -> new IllegalArgumentException("--collection NAME is needed"));
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException("there is no folder " + folder);
    }
    CollectionScope scope = scope(options);
    Scope who = user.apply(Optional.ofNullable(options.get("user")));
    KnowledgeCollection into = knowledge.ensureCollection(who, name, scope);
    LoadReport report = new LoadReport();
    FolderIngest ingest = new FolderIngest(knowledge, report);
    try {
      List<Path> files = ingest.files(folder);
      ProgressBar bar = new ProgressBar(out, terminal, name, files.size());
      ingest.load(who, into, folder, files, bar::advance);
    } catch (IOException e) {
      err.println("mordomo: the folder cannot be read: " + e.getMessage());
      return FAILED;
    }
    return told(report);
  }

  private int migrate(String url, Map<String, String> options, Optional<String> token) {
    URI server = URI.create(url);
    if (!List.of("http", "https").contains(String.valueOf(server.getScheme()))) {
      throw new IllegalArgumentException("the URL begins with http:// or https://");
    }
    CollectionScope scope = scope(options);
    Scope who = user.apply(Optional.ofNullable(options.get("user")));
    LoadReport report = new LoadReport();
    try (ChromaServer chroma =
        new ChromaServer(
            server,
            options.getOrDefault("tenant", "default_tenant"),
            options.getOrDefault("database", "default_database"),
            token)) {
      ChromaImport migration = knowledge.chromaImport(chroma, report);
      for (ChromaServer.Collection from : chroma.collections()) {
        ProgressBar bar = new ProgressBar(out, terminal, from.name(), chroma.count(from));
        ChromaImport.Outcome outcome = migration.load(who, from, scope, bar::advance);
        out.println(
            "%s: embeddings %s; of their ten nearest, %s are the same here"
                .formatted(
                    from.name(),
                    outcome.reused() ? "reused" : "made anew",
                    outcome.alike().isPresent()
                        ? String.format(Locale.ROOT, "%.1f %%", 100 * outcome.alike().getAsDouble())
                        : "none were there to compare"));
      }
    }
    return told(report);
  }

  private int told(LoadReport report) {
    knowledge.vectorIndex().keepUp();
    report.reasons().forEach(reason -> out.println("  " + reason));
    out.println(report.summary());
    out.flush();
    return report.failures() == 0 ? DONE : FAILED;
  }
}
