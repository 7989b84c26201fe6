package dev.mordomo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Debian's redis-server, of the test's own, in memory alone: it can be killed, frozen and started
 * again at its port.
 */
public final class RedisServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final int port = FreePort.any();
  private Optional<Process> process = Optional.empty();

  public RedisServer() {
    start();
  }

  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** Empty, as after every start. */
  public void start() {
    try {
      process =
          Optional.of(
              new ProcessBuilder(
                      "redis-server",
                      "--port",
                      String.valueOf(port),
                      "--bind",
                      "127.0.0.1",
                      "--save",
                      "",
                      "--appendonly",
                      "no")
                  .redirectErrorStream(true)
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                  .start());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the tests need Debian's redis-server; ./mordomo test installs it", e);
    }
    Await.until("Redis listens", this::listens, PATIENCE);
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** As {@code kill -9}. */
  public void kill() {
    process.ifPresent(running -> {
      running.destroyForcibly();
      try {
        if (!running.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
          throw new IllegalStateException("Redis cannot be killed");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    });
    process = Optional.empty();
  }

  /** It stands still, and its connections stay open, until {@link #wake}. */
  public void freeze() {
    signal("STOP");
  }

  public void wake() {
    signal("CONT");
  }

  private void signal(String name) {
    String pid = String.valueOf(process.orElseThrow().pid());
    run(List.of("kill", "-" + name, pid));
  }

  /** What {@code redis-cli} says to a command, without its last line's end. */
  public String cli(String... command) {
    List<String> all = new java.util.ArrayList<>(List.of("redis-cli", "-p", String.valueOf(port)));
    all.addAll(List.of(command));
    return run(all);
  }

  private static String run(List<String> command) {
    try {
      Process running = new ProcessBuilder(command).redirectErrorStream(true).start();
      // Whatever the bytes are: each is one character.
      String said =
          new String(running.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      if (running.waitFor() != 0) {
        throw new IllegalStateException(command + ": " + said);
      }
      return said.strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
