package dev.mordomo;

import dev.mordomo.kernel.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A whole node in a process of its own, which can be stopped and killed. */
public final class NodeProcess implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(90);
  private static final Duration END = Duration.ofSeconds(20);
  private static final Pattern READY = Pattern.compile("ready at http://[^:]+:(\\d+)");

  private final Path folder;
  private final Path said;
  private final Process process;
  private final String url;

  private NodeProcess(TestDatabase database, Map<String, String> more) throws IOException {
    folder = Files.createTempDirectory("mordomo-node");
    said = folder.resolve("said");
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx300m",
                    "-XX:+UseSerialGC",
                    "--enable-native-access=ALL-UNNAMED",
                    "-Dlogback.configurationFile="
                        + System.getProperty("logback.configurationFile", "logback-test.xml"),
                    "-cp",
                    System.getProperty("java.class.path"),
                    "dev.mordomo.Main",
                    "run"))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    Map<String, String> environment = builder.environment();
    // The variables of the test server are no settings: a node refuses them.
    environment.keySet().removeIf(name -> name.startsWith("MORDOMO_"));
    environment.putAll(database.environment());
    environment.put("MORDOMO_SECRET", TestDatabase.SECRET_TEXT);
    environment.put("MORDOMO_DATA", folder.toString());
    environment.put("MORDOMO_ADMIN_EMAIL", RunningApp.EMAIL);
    environment.put("MORDOMO_ADMIN_PASSWORD", RunningApp.PASSWORD);
    environment.put("MORDOMO_GATEWAY_PORT", "0");
    environment.putAll(more);
    process = builder.start();
    url = "http://127.0.0.1:" + awaitPort();
  }

  /**
   * Waits until the node listens.
   *
   * @param more environment variables
   */
  public static NodeProcess start(TestDatabase database, Map<String, String> more) {
    try {
      return new NodeProcess(database, more);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String awaitPort() {
    try {
      Await.until("the node listens", () -> port().isPresent() || !process.isAlive(), START);
      return port().orElseThrow(() -> new AssertionError("the node ended: " + read()));
    } catch (AssertionError e) {
      close();
      throw e;
    }
  }

  private Optional<String> port() {
    Matcher ready = READY.matcher(read());
    return ready.find() ? Optional.of(ready.group(1)) : Optional.empty();
  }

  /** All that it has written to its console. */
  public String read() {
    try {
      return Files.readString(said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code http://127.0.0.1:PORT}. */
  public String url() {
    return url;
  }

  /** Ends it without a warning, and waits until it is gone. */
  public void kill() {
    signal("KILL");
    Await.until("the node is gone", () -> !process.isAlive(), END);
  }

  /** It does nothing at all until {@link #wake}. */
  public void freeze() {
    signal("STOP");
  }

  /** It goes on where it was frozen. */
  public void wake() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      int code =
          new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
              .inheritIO()
              .start()
              .waitFor();
      if (code != 0) {
        throw new AssertionError("kill -" + name + " gave " + code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    Await.until("the node is gone", () -> !process.isAlive(), END);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
