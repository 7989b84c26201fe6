package dev.mordomo.privacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What goes when the clock moves, and above all what stays. */
class RetentionTest extends RetentionFixture {
  private static RetentionDue due(Scope of, long messages, long conversations) {
    return new RetentionDue(of.tenantId(), messages, 0, 0, conversations, 0, 0);
  }

  private static List<RetentionDue> sorted(RetentionDue... due) {
    return java.util.Arrays.stream(due)
        .sorted(java.util.Comparator.comparing(d -> d.tenantId().toString()))
        .toList();
  }

  private static List<RetentionDue> sorted(List<RetentionDue> due) {
    return sorted(due.toArray(RetentionDue[]::new));
  }

  @Test
  void byThePlanAndByTheTenant() throws SQLException {
    Scope starter = tenant("starter", "{}");
    Scope enterprise = tenant("enterprise", "{}");
    Scope own = tenant("enterprise", "{\"privacy\":{\"retention_days\":7}}");
    UUID old = conversation(starter, "whatsapp", 200, 40);
    UUID long_ = conversation(starter, "whatsapp", 200, 31, 29, 1);
    conversation(starter, "web", 200, 40);
    conversation(enterprise, "whatsapp", 729, 300);
    conversation(own, "web", 8, 9, 6);
    conversation(own, "whatsapp", 300);
    RetentionJob retention = retention(false);

    List<RetentionDue> expected = sorted(due(starter, 4, 1), due(own, 3, 1));
    assertEquals(expected, sorted(retention.due().data()));
    assertEquals(6 + 2, messages(starter), "a dry run removes nothing");
    embedAll();
    assertEquals(expected, sorted(retention.remove(done -> {})));
    assertEquals(List.of(), retention.due().data());
    assertEquals(List.of(), retention.remove(done -> {}));

    vectorsAreThoseOfMessages(7);
    assertEquals(2 + 2, messages(starter));
    assertEquals(2, messages(enterprise));
    assertEquals(1, messages(own));
    assertEquals(0, count("SELECT count(*) FROM conversation WHERE id = '" + old + "'"));
    assertEquals(2, count("SELECT message_count FROM conversation WHERE id = '" + long_ + "'"));

    // Two days later another of each.
    clock.advance(days(2));
    assertEquals(
        sorted(due(starter, 1, 0), due(enterprise, 1, 0), due(own, 1, 1)),
        sorted(retention.remove(done -> {})));
  }

  @Test
  void wordsOfSearchesGoAsMessagesDoAndThatTheyWereAskedStays() throws SQLException {
    Scope own = tenant("enterprise", "{\"privacy\":{\"retention_days\":7}}");
    Scope all = tenant("starter", "{}");
    for (Scope scope : List.of(own, all)) {
      for (int age : new int[] {8, 6}) {
        owner(
            """
            INSERT INTO asked (id, tenant_id, action, actor_id, asked_at, ended_at, outcome, address, query, salt,
              personal_hash)
            SELECT uuid_from_time('%1$s'), '%2$s', 'search.ask', '%3$s', '%1$s', '%1$s', 'completed', '192.0.2.7',
              'bridges', '\\x01', asked_hash('\\x01', '192.0.2.7', 'bridges')
            """
                .formatted(
                    NOW.minus(days(age)).plusMillis(number++), scope.tenantId(), scope.userId()));
      }
    }
    RetentionJob retention = retention(false);
    List<RetentionDue> expected = List.of(new RetentionDue(own.tenantId(), 0, 0, 0, 0, 0, 1));
    assertEquals(expected, retention.due().data());
    assertEquals(expected, retention.remove(done -> {}));
    assertEquals(List.of(), retention.due().data());
    String kept = "SELECT count(*) FROM asked WHERE query IS NOT NULL AND tenant_id = '";
    assertEquals(1, count(kept + own.tenantId() + "'"));
    assertEquals(2, count(kept + all.tenantId() + "'"));
    assertEquals(4, count("SELECT count(*) FROM asked"));
  }

  @Test
  void everyPlanHasItsTime() throws SQLException {
    Map<String, Integer> plans = Map.of("starter", 30, "pro", 180, "scale", 365, "enterprise", 730);
    List<RetentionDue> expected = new ArrayList<>();
    for (Map.Entry<String, Integer> plan : plans.entrySet()) {
      Scope tenant = tenant(plan.getKey(), "{}");
      conversation(tenant, "whatsapp", plan.getValue() + 1, plan.getValue() - 1);
      expected.add(due(tenant, 1, 0));
    }
    List<RetentionDue> due = sorted(expected.toArray(RetentionDue[]::new));
    assertEquals(due, sorted(retention(false).due().data()));
    assertEquals(due, sorted(retention(false).remove(done -> {})));
  }

  @Test
  void manyGoInSmallBatches() throws SQLException {
    Scope starter = tenant("starter", "{}");
    // Keeps the month from being dropped whole.
    conversation(tenant("enterprise", "{}"), "whatsapp", 40);
    UUID talk = conversation(starter, "whatsapp", 1);
    owner(
        """
        INSERT INTO message (id, tenant_id, user_id, conversation_id, role, content, created_at)
        SELECT uuid_from_time(t), '%1$s', '%2$s', '%3$s', 'user', 'x', t
        FROM generate_series(1, 1200) i, LATERAL (SELECT '%4$s'::timestamptz + i * interval '1 ms') s (t)
        """
            .formatted(starter.tenantId(), starter.userId(), talk, NOW.minus(days(40))));
    List<Long> progress = new ArrayList<>();
    assertEquals(List.of(due(starter, 1_200, 0)), retention(false).remove(progress::add));
    long before = 0;
    for (long done : progress) {
      assertTrue(done - before <= 500, progress.toString());
      before = done;
    }
    assertTrue(progress.size() >= 3, progress.toString());
    assertEquals(1, messages(starter));
  }

  @Test
  void everyChannelWhereTheInstallationWantsIt() throws SQLException {
    Scope pro = tenant("pro", "{}");
    conversation(pro, "web", 181, 179);
    assertEquals(List.of(), retention(false).due().data());
    assertEquals(List.of(due(pro, 1, 0)), retention(true).remove(done -> {}));
  }

  @Test
  void aMonthThatIsPastForAllIsDroppedAndNoOther() throws SQLException {
    Scope starter = tenant("starter", "{}");
    Scope enterprise = tenant("enterprise", "{}");
    UUID talk = conversation(starter, "whatsapp", 400, 400, 300, 2);
    conversation(enterprise, "whatsapp", 300);
    String past =
        "message_" + utc(NOW.minus(days(400))).toString().substring(0, 7).replace("-", "");
    String shared =
        "message_" + utc(NOW.minus(days(300))).toString().substring(0, 7).replace("-", "");
    assertTrue(isThere(past) && isThere(shared));
    embedAll();
    assertEquals(List.of(due(starter, 3, 0)), retention(false).remove(done -> {}));
    vectorsAreThoseOfMessages(2);
    assertFalse(isThere(past));
    assertTrue(isThere(shared));
    assertEquals(1, messages(enterprise));
    assertEquals(1, count("SELECT message_count FROM conversation WHERE id = '" + talk + "'"));
    String current =
        "message_" + utc(NOW.minus(days(28))).toString().substring(0, 7).replace("-", "");
    assertTrue(isThere(current), "months to come and of late stay, empty or not");
  }

  private void embedAll() throws SQLException {
    owner("SELECT add_embedding_model('test/four', 4)");
    owner(
        "INSERT INTO message_embedding (model_id, message_id, tenant_id, user_id, e)"
            + " SELECT 1, id, tenant_id, user_id, '[1,0,0,0]' FROM message");
  }

  private void vectorsAreThoseOfMessages(int expected) throws SQLException {
    assertEquals(expected, count("SELECT count(*) FROM message_embedding"));
    assertEquals(
        expected,
        count("SELECT count(*) FROM message_embedding v JOIN message m ON m.id = v.message_id"));
  }

  private boolean isThere(String table) throws SQLException {
    return count("SELECT count(*) FROM pg_class WHERE relname = '" + table + "'") == 1;
  }

  @Test
  void aRunningTurnKeepsItsConversation() throws SQLException {
    Scope starter = tenant("starter", "{}");
    UUID talk = conversation(starter, "whatsapp", 40);
    owner(
        """
        INSERT INTO turn (id, tenant_id, user_id, conversation_id, client_message_id, user_message_id,
          message_id, status, request, node_id, created_at)
        VALUES (gen_random_uuid(), '%s', '%s', '%s', 'x', gen_random_uuid(), gen_random_uuid(), 'running',
          '{}', gen_random_uuid(), now())
        """
            .formatted(starter.tenantId(), starter.userId(), talk));
    retention(false).remove(done -> {});
    assertEquals(1, count("SELECT count(*) FROM conversation WHERE id = '" + talk + "'"));
  }

  @Test
  void documentsByTheirOwnPeriod() throws SQLException {
    Scope scope = tenant("starter", "{}");
    UUID own = collection(scope.tenantId(), scope.userId());
    UUID shared = collection(scope.tenantId(), null);
    document(own, scope.tenantId(), scope.userId(), "P1Y", 364);
    UUID past = document(own, scope.tenantId(), scope.userId(), "P1Y", 367);
    UUID pastToo = document(shared, scope.tenantId(), null, "P2W", 15);
    document(shared, scope.tenantId(), null, "P2W", 13);
    for (String never : List.of("", "P", "PT", "forever", "-P1D", "P99999999Y", "1 day")) {
      document(own, scope.tenantId(), scope.userId(), never, 1_000);
    }
    RetentionDue two = new RetentionDue(scope.tenantId(), 0, 0, 0, 0, 2, 0);
    RetentionJob retention = retention(false);
    assertEquals(List.of(two), retention.due().data());
    assertEquals(List.of(two), retention.remove(done -> {}));
    assertEquals(
        0, count("SELECT count(*) FROM document WHERE id IN ('" + past + "', '" + pastToo + "')"));
    assertEquals(9, count("SELECT count(*) FROM document"));
    clock.advance(days(3));
    assertEquals(List.of(two), retention.remove(done -> {}));
    assertEquals(4, deleters.size());
  }

  private UUID collection(UUID tenant, @org.jspecify.annotations.Nullable UUID user)
      throws SQLException {
    UUID id = Ids.next();
    owner(
        "INSERT INTO collection (id, tenant_id, user_id, scope, name) VALUES ('%s', '%s', %s, '%s', '%s')"
            .formatted(
                id,
                tenant,
                user == null ? "NULL" : "'" + user + "'",
                user == null ? "tenant" : "user",
                id));
    return id;
  }

  private UUID document(
      UUID collection,
      UUID tenant,
      @org.jspecify.annotations.Nullable UUID user,
      String period,
      int age)
      throws SQLException {
    UUID id = Ids.next();
    owner(
        """
        INSERT INTO document (id, collection_id, tenant_id, user_id, title, source_type, sha256, status,
          metadata, created_at)
        VALUES ('%s', '%s', '%s', %s, 'T', 'txt', '\\x00', 'indexed', '{"retention":"%s"}', '%s')
        """
            .formatted(
                id,
                collection,
                tenant,
                user == null ? "NULL" : "'" + user + "'",
                period,
                NOW.minus(days(age))));
    return id;
  }
}
