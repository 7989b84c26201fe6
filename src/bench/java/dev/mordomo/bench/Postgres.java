package dev.mordomo.bench;

import io.vertx.pgclient.PgConnectOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

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

  /**
   * By hand, and not FORCE: that would end a vacuum's worker too, which the owner may not; without
   * it PostgreSQL ends the worker by itself.
   */
  private static void drop(Statement statement, String database) throws SQLException {
    statement.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"
            + database
            + "' AND backend_type = 'client backend'");
    statement.execute("DROP DATABASE IF EXISTS " + database);
  }

  /** An empty database of this name. */
  void create(String database) throws SQLException {
    try (Connection owner = connect("postgres");
        var statement = owner.createStatement()) {
      drop(statement, database);
      statement.execute("CREATE DATABASE " + database);
    }
  }

  /**
   * A database of this name as a server leaves it after its first start, with the manual taken in,
   * which is made once and copied from then on.
   */
  void createPrepared(String database) throws Exception {
    Path secret = ServerProcess.DATA.resolve("secret");
    String template = "bench_template_" + fingerprint(secret);
    boolean known;
    try (Connection owner = connect("postgres");
        var statement = owner.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT 1 FROM pg_database WHERE datname = '" + template + "'")) {
      known = Files.exists(secret) && rows.next();
    }
    if (!known) {
      create("bench_first");
      new ServerProcess(url("bench_first"), Map.of()).close();
      template = "bench_template_" + fingerprint(secret);
    }
    try (Connection owner = connect("postgres");
        var statement = owner.createStatement()) {
      if (!known) {
        drop(statement, template);
        statement.execute("ALTER DATABASE bench_first RENAME TO " + template);
      }
      drop(statement, database);
      statement.execute("CREATE DATABASE " + database + " TEMPLATE " + template);
    }
  }

  /** Another database with all that is in one, to which nobody may be connected. */
  void copy(String from, String to) throws SQLException {
    try (Connection owner = connect("postgres");
        var statement = owner.createStatement()) {
      drop(statement, to);
      statement.execute("CREATE DATABASE " + to + " TEMPLATE " + from);
    }
  }

  /** Of the migrations and of the secret that the roles' passwords come from. */
  private static String fingerprint(Path secret) throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> migrations = Files.list(Path.of("migrations"))) {
      for (Path migration : migrations.sorted().toList()) {
        text.append(migration).append(Files.size(migration));
      }
    }
    text.append(Files.exists(secret) ? Files.readString(secret) : "");
    return Integer.toHexString(text.toString().hashCode());
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
