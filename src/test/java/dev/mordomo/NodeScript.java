package dev.mordomo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A script of {@code src/test/node}, run by Node.js, with the official clients of the protocols. It
 * says what it does line by line, and may be told to go on. What it writes appears on the console
 * as it comes, and in every failure.
 */
public final class NodeScript implements AutoCloseable {
  /** The longest that any script may take. */
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Path FOLDER = Path.of("src", "test", "node");

  private final String name;
  private final Process process;
  private final Thread reader;
  private final List<String> said = new ArrayList<>();

  /** How many lines {@link #await} has passed. */
  private int heard;

  private boolean ended;

  private NodeScript(
      String name, Path folder, List<String> arguments, Map<String, String> environment)
      throws IOException {
    this.name = name;
    ProcessBuilder builder =
        new ProcessBuilder(Stream.concat(Stream.of("node"), arguments.stream()).toList())
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.environment().putAll(environment);
    process = builder.start();
    reader = Thread.ofVirtual().name("reads " + name).start(this::read);
  }

  /**
   * @param script its name in {@code src/test/node}
   * @param environment what it finds in {@code process.env}
   */
  public static NodeScript start(String script, Map<String, String> environment) {
    if (!Files.isDirectory(FOLDER.resolve("node_modules"))) {
      throw new AssertionError(
          "the clients are not there: ./mordomo test fetches them, as does npm ci in " + FOLDER);
    }
    try {
      return new NodeScript(script, FOLDER, List.of(script), environment);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Node's own runner of tests on these files of a folder; it says what TAP says. */
  public static NodeScript tests(Path folder, List<String> files) {
    List<String> arguments = new ArrayList<>(List.of("--test", "--test-reporter=tap"));
    arguments.addAll(files);
    try {
      return new NodeScript("node --test", folder, arguments, Map.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a script to its good end, and gives what it said. */
  public static List<String> run(String script, Map<String, String> environment) {
    try (NodeScript running = start(script, environment)) {
      running.awaitEnd();
      return running.said();
    }
  }

  private void read() {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        System.out.println(name + " | " + line);
        synchronized (this) {
          said.add(line);
          notifyAll();
        }
      }
    } catch (IOException e) {
      // The process was ended under us: what it said until then is what there is.
    } finally {
      synchronized (this) {
        ended = true;
        notifyAll();
      }
    }
  }

  /** All that was said so far. */
  public synchronized List<String> said() {
    return List.copyOf(said);
  }

  /**
   * Waits for the next line that begins so, and gives the rest of it.
   *
   * @throws AssertionError when the script ends or {@link #PATIENCE} is over before
   */
  public synchronized String await(String beginning) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      while (heard < said.size()) {
        String line = said.get(heard++);
        if (line.startsWith(beginning)) {
          return line.substring(beginning.length()).strip();
        }
      }
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (ended || left <= 0) {
        throw failure("did not say \"" + beginning + "\"");
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /** Writes a line to its standard input. */
  public void tell(String line) {
    try {
      OutputStream input = process.getOutputStream();
      input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      input.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Waits for its good end.
   *
   * @throws AssertionError with all that it said, when it fails or does not end
   */
  public void awaitEnd() {
    if (exit() != 0) {
      throw failure("ended with " + process.exitValue());
    }
  }

  /**
   * Waits for its end, and gives its exit code.
   *
   * @throws AssertionError with all that it said, when it does not end
   */
  public int exit() {
    try {
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw failure("did not end within " + PATIENCE.toSeconds() + " s");
      }
      reader.join(PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return process.exitValue();
  }

  private AssertionError failure(String what) {
    return new AssertionError(name + " " + what + "\n" + String.join("\n", said()));
  }

  /** Ends it, whatever it does. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
      reader.join(PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
