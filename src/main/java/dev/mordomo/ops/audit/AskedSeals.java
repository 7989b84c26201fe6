package dev.mordomo.ops.audit;

import dev.mordomo.kernel.Database;
import dev.mordomo.ops.audit.AskedStore.Horizon;
import dev.mordomo.ops.audit.AskedStore.Note;
import dev.mordomo.ops.audit.AskedStore.Sum;
import io.vertx.sqlclient.SqlClient;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Seals what was asked, period by period, and checks the seals. A period is sealed when no
 * transaction is left that could still add a row to it: a row's id has the time of the database,
 * and its transaction had a number by then.
 */
final class AskedSeals {
  private static final Duration PERIOD = Duration.ofMinutes(10);

  /** Should the database's clock be set back by so much, the rows are still in their period. */
  private static final Duration SLACK = Duration.ofSeconds(10);

  private static final int PAGE = 2000;

  private final Database database;
  private final Duration period;
  private final Duration slack;
  private Optional<Horizon> mark = Optional.empty();

  AskedSeals(Database database) {
    this(database, PERIOD, SLACK);
  }

  /**
   * @param slack of how late a row's time may be
   */
  AskedSeals(Database database, Duration period, Duration slack) {
    this.database = database;
    this.period = period;
    this.slack = slack;
  }

  /**
   * What came of checking a tenant's seals.
   *
   * @param rows how many are as they were sealed
   * @param broken what the first wrong thing is
   */
  record Check(long rows, Optional<String> broken) {}

  /** To be called every now and then, by one thread: seals what has come to its end. */
  void look() {
    Horizon now = AskedStore.horizon(database);
    if (mark.filter(before -> now.oldest() < before.next()).isPresent()) {
      return;
    }
    Optional<Instant> settled = mark.map(before -> before.at().minus(slack));
    mark = Optional.of(now);
    settled.ifPresent(this::sealPeriods);
  }

  private void sealPeriods(Instant settled) {
    seal(
        settled
            .minusMillis(settled.toEpochMilli() % period.toMillis())
            .truncatedTo(ChronoUnit.MILLIS));
  }

  /** Seals everything before a moment, to which nothing is added any more; months apart. */
  void seal(Instant upTo) {
    boolean more;
    do {
      more =
          database.asSystem(
              connection -> AskedStore.mayAlone(connection) && seal(connection, upTo));
    } while (more);
  }

  private static boolean seal(SqlClient connection, Instant upTo) {
    Instant from = AskedStore.sealedTo(connection);
    Instant month =
        from.atOffset(ZoneOffset.UTC)
            .truncatedTo(ChronoUnit.DAYS)
            .withDayOfMonth(1)
            .plusMonths(1)
            .toInstant();
    Instant to = month.isBefore(upTo) ? month : upTo;
    if (!from.isBefore(to)) {
      return false;
    }
    List<Sum> sums = new ArrayList<>();
    for (UUID tenant : AskedStore.tenants(connection, from, to)) {
      sums.add(sum(connection, tenant, from, to));
    }
    AskedStore.seal(connection, from, to, sums);
    return to.isBefore(upTo);
  }

  private static Sum sum(SqlClient connection, UUID tenant, Instant from, Instant to) {
    MessageDigest digest = sha256();
    long count = 0;
    UUID after = AuditStore.first(from);
    List<AskedRow> page;
    do {
      page = AskedStore.rows(connection, tenant, after, to, PAGE);
      for (AskedRow row : page) {
        digest.update(row.bytes());
        after = row.id();
      }
      count += page.size();
    } while (page.size() == PAGE);
    return new Sum(tenant, count, HexFormat.of().formatHex(digest.digest()));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }

  /** Whether every row that was sealed and not dropped is there, as it was, and none besides. */
  Check check(UUID tenant) {
    return database.asSystem(connection -> check(connection, tenant));
  }

  private static Check check(SqlClient connection, UUID tenant) {
    Instant end = AskedStore.sealedTo(connection);
    Instant dropped = Instant.MIN;
    List<Note> notes = AskedStore.notes(connection, tenant);
    for (Note note : notes) {
      end = note.to().isAfter(end) ? note.to() : end;
      dropped = note.dropped() && note.to().isAfter(dropped) ? note.to() : dropped;
    }
    long rows = 0;
    for (Note seal : notes) {
      if (seal.dropped() || !seal.to().isAfter(dropped)) {
        continue;
      }
      Sum found = sum(connection, tenant, seal.from(), seal.to());
      if (found.count() != seal.count() || !found.sha256().equals(seal.sha256())) {
        return new Check(rows, Optional.of(wrong(seal, found)));
      }
      rows += found.count();
    }
    long there = AskedStore.count(connection, tenant, end);
    if (there != rows) {
      return new Check(
          rows, Optional.of((there - rows) + " of what was asked were added after it was sealed"));
    }
    return new Check(
        rows,
        AskedStore.changed(connection, tenant, end)
            .map(
                id -> "what was asked as " + id + " has another address or query than was sealed"));
  }

  private static String wrong(Note seal, Sum found) {
    return "what was asked from "
        + seal.from()
        + " to "
        + seal.to()
        + " is not as it was sealed: "
        + (found.count() == seal.count()
            ? "one of " + seal.count() + " was changed"
            : found.count() + " are there of " + seal.count());
  }
}
