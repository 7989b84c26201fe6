package dev.mordomo.billing;

import dev.mordomo.kernel.Database;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;

/** Leases of tokens in PostgreSQL, by the system login. */
final class LeaseStore {
  private static final String LEASE =
      """
      SELECT quota, since, resets_at, leased, used, remaining, elsewhere, warned, lost, user_quotas
      FROM lease_tokens($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
      """;
  private static final String RELEASE = "SELECT release_token_leases($1)";

  private final Database database;
  private final UUID node;

  LeaseStore(Database database, UUID node) {
    this.database = database;
    this.node = node;
  }

  /** What a node says that it has leased since a moment, spent tokens included. */
  record Held(Instant since, long leased, long used) {}

  /**
   * What is asked for beyond what is held.
   *
   * @param least with less than that nothing could be done
   * @param closing nothing, and the lease is given up
   */
  record Wish(long least, long wanted, long block, boolean closing) {
    static final Wish NOTHING = new Wish(0, 0, 0, false);
    static final Wish TO_CLOSE = new Wish(0, 0, 0, true);
  }

  /**
   * @param quota empty where there is none: the rest means nothing then
   * @param leased what the node has now, in all
   * @param used by all nodes, as far as they have said
   * @param remaining nobody has leased
   * @param elsewhere leased by others and not used
   * @param warned the highest percentage that was told and holds for the present quota
   * @param lost what the node held was taken from it
   * @param userQuotas whether some users of the tenant have a quota of their own
   */
  record Leased(
      Optional<Long> quota,
      Instant since,
      Optional<Instant> resetsAt,
      long leased,
      long used,
      long remaining,
      long elsewhere,
      int warned,
      boolean lost,
      boolean userQuotas) {}

  Leased lease(Account account, Held held, Wish wish, Instant at) {
    Row row =
        database
            .callSystem(
                LEASE,
                Tuple.of(account.tenant(), account.user().orElse(null), node)
                    .addValue(held.since().atOffset(ZoneOffset.UTC))
                    .addLong(held.leased())
                    .addLong(held.used())
                    .addLong(wish.least())
                    .addLong(wish.wanted())
                    .addLong(wish.block())
                    .addBoolean(wish.closing())
                    .addValue(at.atOffset(ZoneOffset.UTC)))
            .iterator()
            .next();
    if (row.getLong(0) == null) {
      Instant since = row.getOffsetDateTime(1) == null ? at : row.getOffsetDateTime(1).toInstant();
      return new Leased(
          Optional.empty(), since, Optional.empty(), 0, 0, Long.MAX_VALUE, 0, 0, false, false);
    }
    return new Leased(
        Optional.of(row.getLong(0)),
        row.getOffsetDateTime(1).toInstant(),
        Optional.ofNullable(row.getOffsetDateTime(2)).map(OffsetDateTime::toInstant),
        row.getLong(3),
        row.getLong(4),
        row.getLong(5),
        row.getLong(6),
        row.getShort(7),
        row.getBoolean(8),
        Boolean.TRUE.equals(row.getBoolean(9)));
  }

  /**
   * Takes back what dead nodes did not use.
   *
   * @return how many leases ended
   */
  int release(int most) {
    return database.callSystem(RELEASE, Tuple.of(most)).iterator().next().getInteger(0);
  }
}
