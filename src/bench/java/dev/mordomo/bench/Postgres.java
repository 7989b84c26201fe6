package dev.mordomo.bench;

import io.vertx.pgclient.PgConnectOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The PostgreSQL that {@code ./mordomo bench} brought up. */
final class Postgres {
  private static final Pattern TPS = Pattern.compile("tps = ([0-9.]+) \\(without");
  private final String serverUrl = need("MORDOMO_BENCH_DATABASE_URL");

  private static String need(String variable) {
    String value = System.getenv(variable);
    if (value == null) {
      throw new IllegalStateException(variable + " is not set: use ./mordomo bench");
    }
    return value;
  }

  String url(String database) {
    return serverUrl.replaceAll("/[^/]*$", "/" + database);
  }

  /** An empty database of this name. */
  void create(String database) throws SQLException {
    try (Connection owner = connect("postgres");
        var statement = owner.createStatement()) {
      statement.execute("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
      statement.execute("CREATE DATABASE " + database);
    }
  }

  Connection connect(String database) throws SQLException {
    PgConnectOptions owner = PgConnectOptions.fromUri(serverUrl);
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s".formatted(owner.getHost(), owner.getPort(), database),
        owner.getUser(),
        owner.getPassword());
  }

  /** The process of the server, to count its processor time. */
  long pid() {
    Path file = Path.of(need("MORDOMO_BENCH_PG_DATA"), "postmaster.pid");
    try {
      return Long.parseLong(Files.readAllLines(file).getFirst().strip());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  void psql(String database, Path script) throws IOException, InterruptedException {
    run(database, List.of("psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", script.toString()), "");
  }

  /** Transactions per second of a script. */
  double pgbench(String database, String options, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("pgbench", "-n", "-M", "prepared"));
    command.addAll(arguments);
    String said = run(database, command, options);
    Matcher tps = TPS.matcher(said);
    if (!tps.find()) {
      throw new IOException("pgbench said: " + said);
    }
    return Double.parseDouble(tps.group(1));
  }

  private String run(String database, List<String> command, String options)
      throws IOException, InterruptedException {
    PgConnectOptions owner = PgConnectOptions.fromUri(serverUrl);
    List<String> all = new ArrayList<>(command);
    all.set(0, need("MORDOMO_BENCH_PG_BIN") + "/" + command.getFirst());
    ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
    builder.environment().put("PGHOST", owner.getHost());
    builder.environment().put("PGPORT", String.valueOf(owner.getPort()));
    builder.environment().put("PGUSER", owner.getUser());
    builder.environment().put("PGPASSWORD", owner.getPassword());
    builder.environment().put("PGDATABASE", database);
    builder.environment().put("PGOPTIONS", options);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
    return said;
  }
}
