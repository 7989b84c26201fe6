package dev.mordomo;

import dev.mordomo.identity.Bootstrap.FirstStart;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Settings;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Starts the server, or runs one command of {@code ./mordomo}. */
public final class Main {
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final Duration MANUAL_WAIT = Duration.ofMinutes(1);

  private Main() {}

  public static void main(String[] arguments) {
    List<String> given = Arrays.asList(arguments);
    int code = run(given, System.getenv(), System.out, System.err);
    if (code != 0 || !command(given).equals("run")) {
      Logs.end();
    }
    if (code != 0) {
      System.exit(code);
    }
  }

  /** The exit code; 0 for {@code run} when the server has started, whose threads then go on. */
  static int run(
      List<String> arguments, Map<String, String> environment, PrintStream out, PrintStream err) {
    String command = command(arguments);
    List<String> rest = arguments.isEmpty() ? List.of() : arguments.subList(1, arguments.size());
    try {
      if (command.equals("secret") && rest.size() == 3) {
        return wrapping(rest, environment, err);
      }
      Settings settings = Settings.load(settingsFile(environment), environment);
      Path data = Path.of(environment.getOrDefault("MORDOMO_DATA", "data")).toAbsolutePath();
      switch (command) {
        case "run" -> serve(settings, data, rest, out);
        case "user", "tenant", "key", "secret", "audit", "retention", "ingest", "migrate" -> {
          return Commands.run(settings, data, command, rest, out, err);
        }
        case "bom" ->
            out.println(
                BillOfMaterials.json(
                    BillOfMaterials.components(System.getProperty("java.class.path", ""))));
        default -> {
          err.println("mordomo: there is no command " + command + "; see ./mordomo help");
          return USAGE;
        }
      }
      return 0;
    } catch (Failure e) {
      err.println("mordomo: " + e.detail());
      return FAILED;
    }
  }

  /** What a backup asks for: needs no database and no settings. */
  private static int wrapping(
      List<String> words, Map<String, String> environment, PrintStream err) {
    String passphrase = environment.getOrDefault("MORDOMO_BACKUP_PASSPHRASE", "");
    Path from = Path.of(words.get(1));
    Path to = Path.of(words.get(2));
    switch (words.getFirst()) {
      case "wrap" -> WrappedSecret.wrap(from, to, passphrase);
      case "unwrap" -> WrappedSecret.unwrap(from, to, passphrase);
      default -> {
        err.println("mordomo: there is no command secret " + words.getFirst());
        return USAGE;
      }
    }
    return 0;
  }

  private static String command(List<String> arguments) {
    return arguments.isEmpty() ? "run" : arguments.getFirst();
  }

  private static Optional<Path> settingsFile(Map<String, String> environment) {
    Path named = Path.of(environment.getOrDefault("MORDOMO_CONF", "conf/mordomo.yaml"));
    return Files.isRegularFile(named) ? Optional.of(named) : Optional.empty();
  }

  private static void serve(Settings settings, Path data, List<String> rest, PrintStream out) {
    boolean clustered = rest.equals(List.of("--cluster"));
    if (!clustered && !rest.isEmpty()) {
      throw Failure.invalid(
          "run", "takes --cluster or nothing, but was given " + String.join(" ", rest));
    }
    long from =
        ProcessHandle.current()
            .info()
            .startInstant()
            .map(java.time.Instant::toEpochMilli)
            .orElse(System.currentTimeMillis());
    App app = App.start(settings, data, clustered);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(app), "shutdown"));
    if (app.firstStart().isPresent()) {
      awaitManual(app, out);
    }
    greet(app, out, System.currentTimeMillis() - from);
  }

  private static void stop(App app) {
    try {
      app.stop();
    } finally {
      Logs.end();
    }
  }

  /**
   * The first question of a new user is often about the manual, so it is there before the address.
   */
  private static void awaitManual(App app, PrintStream out) {
    out.println("Reading the manual into the demo collection (some seconds, once) …");
    out.flush();
    try {
      app.manual().await(MANUAL_WAIT.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      out.println("The manual is still being read; its answers come a little later.");
    } catch (RuntimeException e) {
      out.println(
          "The manual could not be read; the log says why, and the next start tries again.");
    }
  }

  private static void greet(App app, PrintStream out, long startMillis) {
    out.println();
    out.println("  Mordomo is ready at " + app.address() + "  (started in " + startMillis + " ms)");
    Optional<FirstStart> first = app.firstStart();
    if (first.isPresent()) {
      out.println("  Sign in as  " + first.get().email());
      out.println(
          "  Password    "
              + first
                  .get()
                  .generatedPassword()
                  .map(password -> password + "   (shown this once: write it down)")
                  .orElse("the one in MORDOMO_ADMIN_PASSWORD"));
    } else {
      out.println(
          "  Sign in with your e-mail and password. Forgotten? ./mordomo user password E-MAIL");
    }
    out.println("  Stop with Ctrl-C");
    out.println();
    out.flush();
  }
}
