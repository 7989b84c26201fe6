package dev.mordomo.gateway;

import dev.mordomo.kernel.Database;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;

/** The buckets that all nodes share, by the system login. */
public final class RateStore {
  /** Nobody can read from a bucket whose it is. */
  private static final String TAKE =
      """
      SELECT granted, wait_seconds
      FROM take_permits(encode(sha256(convert_to($1, 'UTF8')), 'hex'), $2, $3)
      """;

  private static final String FORGET =
      "DELETE FROM rate_bucket WHERE at < now() - interval '2 minutes'";
  private static final double MILLIS = 1000;

  private final Database database;
  private volatile boolean isLate;

  public RateStore(Database database) {
    this.database = database;
  }

  /**
   * @param pause until there is one, where none was granted
   */
  record Taken(int granted, Duration pause) {}

  Taken take(String key, int perMinute, int block) {
    Row row = database.callSystem(TAKE, Tuple.of(key, perMinute, block)).iterator().next();
    isLate = false;
    return new Taken(
        row.getInteger(0), Duration.ofMillis((long) Math.ceil(row.getDouble(1) * MILLIS)));
  }

  /** How long a request waits for a permit; it has to wait for other things as well. */
  Duration patience() {
    return database.acquiring();
  }

  /** Somebody waited for longer than one waits for a permit. */
  void late() {
    isLate = true;
  }

  /** Whether the database has not answered since somebody waited too long. */
  boolean isLate() {
    return isLate;
  }

  /** Forgets buckets that are full again. */
  void forget() {
    database.callSystem(FORGET, Tuple.tuple());
  }
}
