package dev.mordomo;

import dev.mordomo.kernel.TestDatabase;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A whole node in a process of its own, which can be stopped and killed. */
public final class NodeProcess implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(90);
  private static final Duration END = Duration.ofSeconds(20);

  /** What Linux keeps of a pipe that nobody reads. */
  private static final int PIPE = 65_536;

  private static final Pattern READY = Pattern.compile("ready at http://[^:]+:(\\d+)");

  private final Path folder;
  private final Path said;
  private final Process process;
  private final String url;

  private NodeProcess(
      TestDatabase database,
      Map<String, String> more,
      List<String> arguments,
      Optional<Redirect> console)
      throws IOException {
    folder = Files.createTempDirectory("mordomo-node");
    said = folder.resolve("said");
    ProcessBuilder builder =
        new ProcessBuilder(behind(console, command(arguments, console.isPresent())))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(console.orElse(Redirect.to(said.toFile())));
    Map<String, String> environment = builder.environment();
    // The variables of the test server are no settings: a node refuses them.
    environment.keySet().removeIf(name -> name.startsWith("MORDOMO_"));
    environment.putAll(database.environment());
    environment.put("MORDOMO_SECRET", TestDatabase.SECRET_TEXT);
    environment.put("MORDOMO_DATA", folder.toString());
    environment.put("MORDOMO_ADMIN_EMAIL", RunningApp.EMAIL);
    environment.put("MORDOMO_ADMIN_PASSWORD", RunningApp.PASSWORD);
    environment.put("MORDOMO_GATEWAY_PORT", "0");
    // Nobody asks for it here, and it takes seconds to be embedded.
    environment.put("MORDOMO_KNOWLEDGE_MANUAL", "false");
    environment.putAll(more);
    process = builder.start();
    url =
        "http://127.0.0.1:"
            + (console.isPresent() ? more.get("MORDOMO_GATEWAY_PORT") : awaitPort());
  }

  /**
   * Waits until the node listens.
   *
   * @param more environment variables
   */
  public static NodeProcess start(TestDatabase database, Map<String, String> more) {
    return start(database, more, List.of());
  }

  /** The same for a node with the libraries and options of {@code run --cluster}. */
  public static NodeProcess startClustered(TestDatabase database, Map<String, String> more) {
    return start(database, more, List.of("--cluster"));
  }

  /** A pipe that nobody reads is full from the start. */
  private static List<String> behind(Optional<Redirect> console, List<String> command) {
    List<String> all = new ArrayList<>();
    if (console.filter(Redirect.PIPE::equals).isPresent()) {
      all.addAll(List.of("sh", "-c", "head -c " + PIPE + " /dev/zero; exec \"$@\"", "sh"));
    }
    all.addAll(command);
    return all;
  }

  /**
   * A node that logs as it is installed, to where the test says; the caller waits until it listens.
   *
   * @param console a pipe is one that takes nothing any more
   * @param more with a {@code MORDOMO_GATEWAY_PORT}
   */
  public static NodeProcess startLoggingTo(
      Redirect console, TestDatabase database, Map<String, String> more) {
    try {
      return new NodeProcess(database, more, List.of(), Optional.of(console));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static NodeProcess start(
      TestDatabase database, Map<String, String> more, List<String> arguments) {
    try {
      return new NodeProcess(database, more, arguments, Optional.empty());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> command(List<String> arguments, boolean asInstalled) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (arguments.contains("--cluster")) {
      command.add("@" + Path.of("conf/java-cluster.options").toAbsolutePath());
    }
    command.addAll(
        List.of(
            "-Xmx300m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dlogback.configurationFile="
                + (asInstalled
                    ? Path.of("conf/logback.xml").toAbsolutePath()
                    : System.getProperty("logback.configurationFile", "logback-test.xml")),
            "-cp",
            classPath(arguments.contains("--cluster")),
            "dev.mordomo.Main",
            "run"));
    command.addAll(arguments);
    return command;
  }

  /** As the script does it: a node alone has nothing of Hazelcast. */
  private static String classPath(boolean clustered) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(
            entry -> clustered || !Path.of(entry).getFileName().toString().contains("hazelcast"))
        .collect(Collectors.joining(File.pathSeparator));
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

  /** Whether its console, which is a pipe to this process, takes nothing. */
  public boolean isUnheard() {
    try {
      return process.getInputStream().available() >= PIPE;
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

  /** Asks it to stop, and waits until it has. */
  public void terminate() {
    askToStop();
    awaitEnd(END.multipliedBy(2));
  }

  /** Asks it to stop, as an operator or a container does. */
  public void askToStop() {
    signal("TERM");
  }

  /** Waits until it has ended by itself. */
  public void awaitEnd(Duration within) {
    Await.until("the node has stopped", () -> !process.isAlive(), within);
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
