package dev.mordomo.billing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mordomo.Await;
import dev.mordomo.billing.QuotaHouse.Node;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Scope;
import dev.mordomo.model.ChatResult.Tokens;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who is warned of what is spent of a quota, and how often. */
class QuotaWarningsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static QuotaHouse house;

  @BeforeAll
  static void open() {
    house = new QuotaHouse();
  }

  @AfterAll
  static void close() {
    house.close();
  }

  @Test
  void warningsAreToldOnceAPeriodToWhomeverTheyConcern() {
    Node node = house.node();
    Scope admin = house.tenant(1000);
    Scope member = house.db.user(admin.tenantId(), "member");
    spend(node, member, 700);
    spend(node, member, 150);
    awaitWarnings(admin, "80");
    spend(node, member, 50);
    for (int i = 0; i < 2; i++) {
      assertThrows(Failure.class, () -> node.billing().reserve(member, 200, 0));
    }
    assertEquals(List.of("80", "100"), warnings(admin));
    assertEquals(List.of(), warnings(member));
  }

  private static void spend(Node node, Scope scope, int tokens) {
    node.billing().reserve(scope, tokens, 0).settle(new Tokens(tokens, 0));
  }

  private static void awaitWarnings(Scope scope, String... percents) {
    Await.until(
        "warned of " + List.of(percents),
        () -> warnings(scope).equals(List.of(percents)),
        PATIENCE);
  }

  @Test
  void warningsComeAgainOfAQuotaThatWasRaised() {
    Node node = house.node();
    Scope admin = house.tenant(1000);
    spend(node, admin, 850);
    awaitWarnings(admin, "80");
    spend(node, admin, 150);
    awaitWarnings(admin, "80", "100");
    raise("tenant", admin.tenantId(), 2000);
    spend(node, admin, 500);
    spend(node, admin, 300);
    awaitWarnings(admin, "80", "100", "80");
    spend(node, admin, 200);
    awaitWarnings(admin, "80", "100", "80", "100");
    // So little more that four in five of it are spent all the same.
    raise("tenant", admin.tenantId(), 2100);
    spend(node, admin, 100);
    awaitWarnings(admin, "80", "100", "80", "100", "100");
  }

  @Test
  void aUserIsWarnedOfTheirOwnQuotaAlone() {
    Node node = house.node();
    Scope admin = house.tenant(100_000);
    Scope member = house.db.user(admin.tenantId(), "member");
    raise("app_user", member.userId(), 1000);
    spend(node, member, 850);
    awaitWarnings(member, "80");
    spend(node, member, 150);
    awaitWarnings(member, "80", "100");
    raise("app_user", member.userId(), 2000);
    spend(node, member, 700);
    awaitWarnings(member, "80", "100", "80");
    assertEquals(List.of(), warnings(admin));
    assertEquals(
        3,
        house.number(
            """
            SELECT count(*) FROM event WHERE channel_id = '%1$s' AND type = 'quota.warning'
              AND payload->'quota'->>'of' = 'user' AND payload->'quota'->>'user_id' = '%1$s'
            """
                .formatted(member.userId())));
  }

  private static void raise(String table, UUID id, long quota) {
    house.sql("UPDATE %s SET token_quota = %d WHERE id = '%s'".formatted(table, quota, id));
  }

  private static List<String> warnings(Scope scope) {
    List<String> told = new ArrayList<>();
    for (var row :
        house
            .db
            .database()
            .callSystem(
                """
                SELECT payload->'quota'->>'percent' FROM event
                WHERE channel_id = $1 AND type = 'quota.warning' ORDER BY "offset"
                """,
                Tuple.of(scope.userId()))) {
      told.add(row.getString(0));
    }
    return told;
  }
}
