package dev.mordomo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A PostgreSQL of the test's own, which can be stopped, crashed, frozen and started again. It keeps
 * its port. Commits are kept as a real one keeps them: one that was asynchronous may be lost in a
 * crash.
 */
public final class PostgresServer implements AutoCloseable {
  private static final int LIMIT_SECONDS = 60;

  private final Path bin = Path.of(variable("MORDOMO_TEST_PG_BIN"));
  private final String user = variable("MORDOMO_TEST_PG_USER");
  private final String folder;
  private final int port = FreePort.any();

  /** Makes it, starts it, and makes an owner and a database. */
  public PostgresServer() {
    folder = as("mktemp", "-d", "/tmp/mordomo-postgres-XXXXXX").strip();
    as(
        bin.resolve("initdb").toString(),
        "-D",
        folder + "/data",
        "-U",
        "postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync");
    start();
    execute(
        "template1",
        List.of("vector", "pg_trgm", "unaccent", "btree_gin", "pgcrypto").stream()
            .map(name -> "CREATE EXTENSION IF NOT EXISTS " + name)
            .toArray(String[]::new));
    execute(
        "postgres",
        "CREATE ROLE mordomo LOGIN CREATEDB CREATEROLE PASSWORD 'mordomo'",
        "CREATE DATABASE mordomo OWNER mordomo");
  }

  private static String variable(String name) {
    String value = System.getenv(name);
    if (value == null) {
      throw new IllegalStateException(name + " is not set: run the tests with ./mordomo test");
    }
    return value;
  }

  /** The owner's URL, as {@code DATABASE_URL}. */
  public String url() {
    return "postgresql://mordomo:mordomo@127.0.0.1:" + port + "/mordomo";
  }

  public int port() {
    return port;
  }

  /** Starts it, after a crash with a recovery, and waits until it answers. */
  public void start() {
    String options =
        "-p "
            + port
            + " -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
            + " -c full_page_writes=off -c max_connections=100 -c shared_buffers=64MB"
            // What is committed asynchronously stays in memory for long, so that crashes lose it.
            + " -c wal_writer_delay=500ms";
    control("start", "-w", "-l", folder + "/log", "-o", options);
  }

  /** Ends sessions and writes everything down. */
  public void stop() {
    control("stop", "-w", "-m", "fast");
  }

  /** Ends at once, as if it had been killed: the next start recovers. */
  public void crash() {
    control("stop", "-w", "-m", "immediate");
  }

  /** All its processes stand still, its connections stay open, until {@link #wake}. */
  public void freeze() {
    long postmaster = postmaster();
    // First the one that could make more of them.
    signal("STOP", Stream.of(postmaster));
    signal("STOP", children(postmaster));
  }

  /** They go on where they were, with all that came in meanwhile. */
  public void wake() {
    long postmaster = postmaster();
    signal("CONT", children(postmaster));
    signal("CONT", Stream.of(postmaster));
  }

  private long postmaster() {
    return Long.parseLong(as("head", "-n", "1", folder + "/data/postmaster.pid").strip());
  }

  private static Stream<Long> children(long of) {
    return ProcessHandle.of(of).orElseThrow().children().map(ProcessHandle::pid);
  }

  private void signal(String name, Stream<Long> processes) {
    String pids = processes.map(String::valueOf).collect(Collectors.joining(" "));
    // One that has just ended is no concern.
    as("sh", "-c", "for p in " + pids + "; do kill -" + name + " $p || true; done");
  }

  private void control(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(bin.resolve("pg_ctl").toString(), "-s", "-D", folder + "/data", "-t", "60"));
    command.addAll(List.of(arguments));
    as(command.toArray(String[]::new));
  }

  private void execute(String database, String... statements) {
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + database, "postgres", "");
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs a command as the user of PostgreSQL, who may not be root. */
  private String as(String... command) {
    List<String> all = new ArrayList<>();
    if (!user.equals(System.getProperty("user.name"))) {
      all.addAll(List.of("runuser", "-u", user, "--"));
    }
    all.addAll(List.of(command));
    try {
      // The server that pg_ctl starts would keep a pipe open for ever.
      Path said = java.nio.file.Files.createTempFile("mordomo-postgres", ".out");
      Process process =
          new ProcessBuilder(all)
              .directory(Path.of("/").toFile())
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
      boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
      String output = java.nio.file.Files.readString(said);
      java.nio.file.Files.delete(said);
      if (!ended || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(String.join(" ", all) + ": " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    crash();
    as("rm", "-rf", folder);
  }
}
