package dev.mordomo;

import dev.mordomo.kernel.Settings;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.knowledge.KnowledgeService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The whole house on a database of its own, in this process, on a free port. */
public final class RunningApp implements AutoCloseable {
  public static final String EMAIL = "ana@example.org";
  public static final String PASSWORD = "correct horse battery";

  private final TestDatabase database;
  private final Path data;
  private final Map<String, String> settings;
  private final Map<String, String> environment;
  private final App app;
  private final Optional<RunningApp> first;

  public RunningApp(Map<String, String> settings) {
    this(TestDatabase.create(), settings, Map.of());
  }

  /**
   * @param more settings by key, besides those that a test server needs
   * @param environment variables, for instance {@code OPENAI_BASE_URL}
   */
  public RunningApp(
      TestDatabase database, Map<String, String> more, Map<String, String> environment) {
    this(database, more, environment, Optional.empty());
  }

  private RunningApp(
      TestDatabase database,
      Map<String, String> more,
      Map<String, String> environment,
      Optional<RunningApp> first) {
    this.database = database;
    this.first = first;
    this.environment = Map.copyOf(environment);
    this.settings = new HashMap<>(Map.of("gateway.port", "0", "gateway.instances", "2"));
    this.settings.putAll(more);
    try {
      data = Files.createTempDirectory("mordomo-data");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    this.app = start(environment);
  }

  /** Another node on the same database, to be closed before this one. */
  public RunningApp besides() {
    return new RunningApp(database, settings, environment, Optional.of(this));
  }

  /** Waits until the manual can be found. */
  public RunningApp withManual() {
    app.manual().await();
    return this;
  }

  private App start(Map<String, String> more) {
    Map<String, String> variables = new HashMap<>(database.environment());
    variables.put("MORDOMO_SECRET", TestDatabase.SECRET_TEXT);
    variables.put("MORDOMO_ADMIN_EMAIL", EMAIL);
    variables.put("MORDOMO_ADMIN_PASSWORD", PASSWORD);
    variables.putAll(more);
    return App.start(Settings.of(settings, variables), data, false);
  }

  /** {@code http://127.0.0.1:PORT}. */
  public String url() {
    return app.address();
  }

  /** The folder of its data. */
  public Path data() {
    return data;
  }

  public TestDatabase database() {
    return database;
  }

  public KnowledgeService knowledge() {
    return app.knowledge();
  }

  @Override
  public void close() {
    app.stop();
    if (first.isEmpty()) {
      database.close();
    }
    try (Stream<Path> files = Files.walk(data)) {
      files.sorted(Comparator.reverseOrder()).forEach(RunningApp::delete);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
