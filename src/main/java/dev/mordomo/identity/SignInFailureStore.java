package dev.mordomo.identity;

import dev.mordomo.kernel.Database;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Failed sign-ins as all nodes count them, by the system login. Nobody can read from a row whose it
 * is. Waits no longer for an answer than anybody waits for a connection.
 */
final class SignInFailureStore {
  private static final String BEGIN = "SELECT begin_sign_in($1, $2, $3, $4, $5)";
  private static final String END = "SELECT end_sign_in($1, $2, $3)";
  private static final String FORGET =
      "DELETE FROM sign_in_failure WHERE at < clock_timestamp() - make_interval(secs => $1)";
  private static final double MILLIS = 1000;

  private final Database database;

  SignInFailureStore(Database database) {
    this.database = database;
  }

  /** How long to wait; zero: it was counted. */
  Duration begin(SignInKeys keys, IdentityConfig config) {
    double seconds =
        call(
                BEGIN,
                Tuple.of(
                    hash(keys.account()),
                    hash(keys.address()),
                    config.accountFailures(),
                    config.addressFailures(),
                    (double) config.failureWindow().toSeconds()))
            .iterator()
            .next()
            .getDouble(0);
    return Duration.ofMillis((long) Math.ceil(seconds * MILLIS));
  }

  /**
   * @param right false: it was not tried at all
   */
  void end(SignInKeys keys, boolean right) {
    call(END, Tuple.of(hash(keys.account()), hash(keys.address()), right));
  }

  /** Deletes what does not count any more. */
  void forget(Duration kept) {
    database.callSystem(FORGET, Tuple.of((double) kept.toSeconds()));
  }

  private RowSet<Row> call(String sql, Tuple parameters) {
    return Database.await(
        database
            .callSystemAsync(sql, parameters)
            .timeout(database.acquiring().toMillis(), TimeUnit.MILLISECONDS));
  }

  private static Buffer hash(String key) {
    return Buffer.buffer(OpaqueToken.hash(key));
  }
}
