package dev.mordomo.privacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.Tuple;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What was asked beside the words of a turn, and done for it, and what else a dry run tells. */
class RetentionOfTurnsTest extends RetentionFixture {
  /** A turn of a conversation, so many days old, with an action; gives the ids of both. */
  private List<UUID> turn(Scope of, UUID talk, int age, boolean answered) throws SQLException {
    Instant at = NOW.minus(days(age)).plusMillis(number++);
    List<UUID> messages = answered ? messagesAt(of, talk, at) : List.of(idAt(at), idAt(at));
    UUID turn = idAt(at);
    UUID action = idAt(at);
    owner(
        """
        INSERT INTO turn (id, tenant_id, user_id, conversation_id, client_message_id, user_message_id,
          message_id, status, request, node_id, created_at)
        VALUES ('%1$s', '%2$s', '%3$s', '%4$s', '%1$s', '%5$s', '%6$s', 'completed',
          '{"directions":{"instructions":"secret"}}', gen_random_uuid(), '%7$s');
        INSERT INTO action (id, tenant_id, user_id, conversation_id, turn_id, type, name, parameters, status, result,
          deadline, created_at)
        VALUES ('%8$s', '%2$s', '%3$s', '%4$s', '%1$s', 'query', 'x', '{"a":"secret"}', 'success',
          '{"b":"secret"}', '%7$s', '%7$s')
        """
            .formatted(
                turn,
                of.tenantId(),
                of.userId(),
                talk,
                messages.getFirst(),
                messages.getLast(),
                at,
                action));
    return List.of(turn, action);
  }

  private List<UUID> messagesAt(Scope of, UUID talk, Instant at) throws SQLException {
    List<UUID> ids = List.of(idAt(at), idAt(at));
    for (UUID id : ids) {
      owner(
          """
          INSERT INTO message (id, tenant_id, user_id, conversation_id, role, content, created_at)
          VALUES ('%s', '%s', '%s', '%s', 'user', 'x', '%s')
          """
              .formatted(id, of.tenantId(), of.userId(), talk, at));
    }
    return ids;
  }

  /** As {@link Ids#next} would have made it then. */
  private static UUID idAt(Instant at) {
    UUID now = Ids.next();
    return new UUID(
        (at.toEpochMilli() << 16) | (now.getMostSignificantBits() & 0xffff),
        now.getLeastSignificantBits());
  }

  private long left(List<UUID> turnAndAction) throws SQLException {
    return count("SELECT count(*) FROM turn WHERE id = '" + turnAndAction.getFirst() + "'")
        + count("SELECT count(*) FROM action WHERE id = '" + turnAndAction.getLast() + "'");
  }

  @Test
  void whatWasAskedBesideTheWordsGoesWithThem() throws SQLException {
    Scope starter = tenant("starter", "{}");
    UUID living = conversation(starter, "whatsapp", 1);
    List<UUID> past = turn(starter, living, 40, true);
    List<UUID> lost = turn(starter, living, 50, false);
    List<UUID> recent = turn(starter, living, 29, true);
    List<UUID> elsewhere = turn(starter, conversation(starter, "web", 1), 40, true);
    UUID over = conversation(starter, "whatsapp", 40);
    turn(starter, over, 41, false);

    List<RetentionDue> expected = List.of(new RetentionDue(starter.tenantId(), 3, 3, 3, 1, 0, 0));
    assertEquals(expected, retention(false).due().data());
    assertEquals(2, left(past), "a dry run removes nothing");
    assertEquals(expected, retention(false).remove(done -> {}));
    assertEquals(List.of(), retention(false).due().data());

    assertEquals(List.of(0L, 0L), List.of(left(past), left(lost)));
    assertEquals(List.of(2L, 2L), List.of(left(recent), left(elsewhere)));
    assertEquals(
        0,
        count(
            "SELECT count(*) FROM conversation c WHERE c.id = '"
                + over
                + "' OR c.id = '"
                + living
                + "' AND c.message_count < 0"));
    assertEquals(
        2,
        count("SELECT count(*) FROM turn WHERE request::text LIKE '%secret%'"),
        "those that are kept");
  }

  @Test
  void manyTurnsGoInSmallBatches() throws SQLException {
    Scope starter = tenant("starter", "{}");
    UUID talk = conversation(starter, "whatsapp", 1);
    owner(
        """
        INSERT INTO turn (id, tenant_id, user_id, conversation_id, client_message_id, user_message_id,
          message_id, status, request, node_id, created_at)
        SELECT uuid_from_time(t), '%1$s', '%2$s', '%3$s', i::text, uuid_from_time(t), uuid_from_time(t),
          'failed', '{}', gen_random_uuid(), t
        FROM generate_series(1, 1200) i, LATERAL (SELECT '%4$s'::timestamptz + i * interval '1 ms') s (t)
        """
            .formatted(starter.tenantId(), starter.userId(), talk, NOW.minus(days(40))));
    List<Long> progress = new ArrayList<>();
    assertEquals(
        List.of(new RetentionDue(starter.tenantId(), 0, 1_200, 0, 0, 0, 0)),
        retention(false).remove(progress::add));
    assertTrue(progress.size() >= 3, progress.toString());
  }

  @Test
  void aDryRunCountsMonthsOfTheAuditAndDaysOfTheLog() throws SQLException {
    Retention before = retention(false).due();
    for (int age : List.of(800, 770, 20)) {
      db.database()
          .callSystem(
              "SELECT maintain_audit($1, $2)",
              Tuple.of(utc(NOW.minus(days(age))), days(9_000).toSeconds()));
    }
    for (int age : List.of(60, 10)) {
      db.database()
          .callSystem(
              "SELECT maintain_system_log($1, $2)",
              Tuple.of(utc(NOW.minus(days(age))), days(9_000).toSeconds()));
    }
    Retention due = retention(false).due();
    assertTrue(due.auditMonths() - before.auditMonths() >= 2, due.toString());
    assertTrue(due.logDays() - before.logDays() >= 3, due.toString());
    db.database()
        .callSystem("SELECT maintain_audit($1, $2)", Tuple.of(utc(NOW), days(730).toSeconds()));
    db.database()
        .callSystem("SELECT maintain_system_log($1, $2)", Tuple.of(utc(NOW), days(30).toSeconds()));
    due = retention(false).due();
    assertEquals(List.of(0L, 0L), List.of(due.auditMonths(), due.logDays()));
  }
}
