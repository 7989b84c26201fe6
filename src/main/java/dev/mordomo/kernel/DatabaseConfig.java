package dev.mordomo.kernel;

import java.time.Duration;

/**
 * @param url the owner's, {@code postgresql://user:password@host:port/database}
 * @param rolePrefix of the two logins that migrations make: {@code PREFIX_app}, {@code
 *     PREFIX_system}
 * @param poolSize connections for users' work, 1 to 500
 * @param systemPoolSize connections for work across tenants, 1 to 100
 * @param statementTimeout after which PostgreSQL ends a statement by itself
 * @param connectTimeout how long a request waits for a free connection
 * @param startPatience how long a start waits for a PostgreSQL that does not answer
 */
public record DatabaseConfig(
    String url,
    String rolePrefix,
    int poolSize,
    int systemPoolSize,
    Duration statementTimeout,
    Duration connectTimeout,
    Duration startPatience) {

  public static DatabaseConfig from(Settings settings) {
    String url =
        settings
            .variable("DATABASE_URL")
            .orElseThrow(() ->
                Failure.of(
                    FailureCode.INVALID,
                    "DATABASE_URL is not set; ./mordomo run brings up a private PostgreSQL"));
    String prefix = settings.text("database.role_prefix", "mordomo");
    if (!prefix.matches("[a-z][a-z0-9_]{0,40}")) {
      prefix =
          settings.wrong(
              "database.role_prefix", prefix, "lower-case letters, digits and _", "mordomo");
    }
    return new DatabaseConfig(
        url,
        prefix,
        settings.integer("database.pool_size", 16, 1, 500),
        settings.integer("database.system_pool_size", 6, 1, 100),
        settings.duration("database.statement_timeout", Duration.ofSeconds(15)),
        settings.duration("database.connect_timeout", Duration.ofSeconds(5)),
        settings.duration("database.start_patience", Duration.ofMinutes(1)));
  }

  String appRole() {
    return rolePrefix + "_app";
  }

  String systemRole() {
    return rolePrefix + "_system";
  }
}
