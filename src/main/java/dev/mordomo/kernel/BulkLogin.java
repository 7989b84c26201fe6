package dev.mordomo.kernel;

import io.vertx.pgclient.PgConnectOptions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Properties;

/**
 * Plain JDBC as the app login, for what goes in by COPY, which the pooled client has not got.
 * Blocking; a connection of its own each time. Policies hold as in {@link Database#as}.
 */
final class BulkLogin {
  private static final String ACT_AS = "SELECT act_as(?::uuid, ?::uuid, ?)";

  private final String url;
  private final Properties login = new Properties();

  BulkLogin(DatabaseConfig config, Secret secret) {
    PgConnectOptions server = PgConnectOptions.fromUri(config.url());
    this.url =
        "jdbc:postgresql://%s:%d/%s"
            .formatted(server.getHost(), server.getPort(), server.getDatabase());
    login.setProperty("user", config.appRole());
    login.setProperty("password", Migrations.password(secret, config.appRole()));
    login.setProperty("ApplicationName", config.appRole());
    login.setProperty("connectTimeout", String.valueOf(config.connectTimeout().toSeconds()));
  }

  <T> T as(Scope scope, BulkWork<T> work) {
    try (Connection connection = DriverManager.getConnection(url, login)) {
      connection.setAutoCommit(false);
      try (PreparedStatement act = connection.prepareStatement(ACT_AS)) {
        act.setString(1, scope.tenantId().toString());
        act.setString(2, scope.userId().toString());
        act.setString(3, scope.role());
        act.execute();
      }
      // What is not committed is rolled back when the connection closes.
      T result = work.run(connection);
      connection.commit();
      return result;
    } catch (SQLException e) {
      throw told(e);
    }
  }

  static Failure told(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    return state.startsWith("08") || state.startsWith("57")
        ? Failure.of(FailureCode.UNAVAILABLE, "the database cannot be reached; try again", e)
        : Failure.of(FailureCode.INTERNAL, "the database refused: " + e.getMessage(), e);
  }
}
