package dev.mordomo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** A real server that comes from npm, in a process of its own, on a free port of this machine. */
public final class NpmServer implements AutoCloseable {
  private static final Path PROGRAMS = Path.of("src", "test", "node", "node_modules", ".bin");
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration END = Duration.ofSeconds(20);

  private final Process process;
  private final int port;
  private final Path said;

  /**
   * Waits until it listens.
   *
   * @param arguments for a port
   * @param folder where it may write, and what it says is kept
   */
  public NpmServer(String program, IntFunction<List<String>> arguments, Path folder) {
    Path file = PROGRAMS.resolve(program).toAbsolutePath();
    if (!Files.exists(file)) {
      throw new AssertionError(
          program + " is not there: ./mordomo test fetches it, as does npm ci in src/test/node");
    }
    try {
      port = FreePort.any();
      said = folder.resolve(program + ".said");
      List<String> command = new ArrayList<>(List.of(file.toString()));
      command.addAll(arguments.apply(port));
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
      Await.until(program + " listens", this::listens, START);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of the process that was started; it may have children. */
  public long pid() {
    return process.pid();
  }

  private boolean listens() {
    if (!process.isAlive()) {
      throw new AssertionError("it ended with " + process.exitValue() + ", see " + said);
    }
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  /** {@code http://127.0.0.1:PORT}. */
  public String url() {
    return "http://127.0.0.1:" + port;
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    Await.until("it is gone", () -> !process.isAlive(), END);
  }
}
