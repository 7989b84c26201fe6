package dev.mordomo.kernel;

import io.vertx.pgclient.PgConnectOptions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/**
 * Plain JDBC as the owner, each statement in its own transaction: for what PostgreSQL lets neither
 * another role nor a function do, which is building an index while others write. Blocking.
 */
final class OwnerLogin {
  private final String url;
  private final Properties login = new Properties();

  OwnerLogin(DatabaseConfig config) {
    PgConnectOptions server = PgConnectOptions.fromUri(config.url());
    this.url =
        "jdbc:postgresql://%s:%d/%s"
            .formatted(server.getHost(), server.getPort(), server.getDatabase());
    login.setProperty("user", server.getUser());
    login.setProperty("password", server.getPassword());
    login.setProperty("ApplicationName", "mordomo_maintenance");
    login.setProperty("connectTimeout", String.valueOf(config.connectTimeout().toSeconds()));
  }

  <T> T run(BulkWork<T> work) {
    try (Connection connection = DriverManager.getConnection(url, login)) {
      return work.run(connection);
    } catch (SQLException e) {
      throw BulkLogin.told(e);
    }
  }
}
