package dev.mordomo.ops.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Deed;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.TestDatabase;
import io.vertx.sqlclient.Tuple;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The chain of records holds, and whatever is done to it behind its back is found and named. */
class AuditChainTest {
  private static TestDatabase db;
  private static AuditService audit;

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
    audit =
        new AuditService(
            db.database(), new AuditConfig(Duration.ofDays(30)), InstantSource.system());
  }

  @AfterAll
  static void close() {
    db.close();
  }

  private static void deed(Scope scope, String action) {
    Deed deed =
        new Deed(
            action,
            "test",
            Deed.Actor.of(Deed.Kind.USER, scope, "a session"),
            new Deed.Origin(
                Optional.of("request"), Optional.of("192.0.2.7"), Optional.of("Firefox")),
            Instant.now());
    db.database().record(deed, Deed.Result.OK, Optional.empty());
  }

  /** A tenant with so many sealed records. */
  private static Scope sealed(int records) {
    Scope scope = db.tenantWithUser("admin");
    for (int i = 1; i <= records; i++) {
      deed(scope, "test.number_" + i);
    }
    sealAll();
    return scope;
  }

  private static void sealAll() {
    while (audit.seal()) {
      // Until none is left.
    }
  }

  private static void owner(String... statements) throws SQLException {
    try (Connection owner = db.owner();
        Statement statement = owner.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** As somebody does who owns the database, and knows of the trigger. */
  private static void tamper(String sql) throws SQLException {
    owner("ALTER TABLE audit DISABLE TRIGGER kept", sql, "ALTER TABLE audit ENABLE TRIGGER kept");
  }

  private static String where(Scope scope, int seq) {
    return " WHERE tenant_id = '" + scope.tenantId() + "' AND seq = " + seq;
  }

  private static String broken(Scope scope) {
    return audit.check(scope.tenantId()).broken().orElse("whole");
  }

  @Test
  void aChainThatNobodyTouchedIsWhole() {
    Scope scope = sealed(5);
    deed(scope, "test.later");
    ChainCheck check = audit.check(scope.tenantId());
    assertEquals(Optional.empty(), check.broken());
    assertEquals(1, check.from());
    assertEquals(5, check.to());
    assertEquals(1, check.unsealed());
    assertEquals(64, check.hash().length());
  }

  @Test
  void aChangedRecordIsNamed() throws SQLException {
    for (String change :
        List.of(
            "action = 'test.other'",
            "result = 'denied'",
            "at = at + interval '1 microsecond'",
            "actor_id = gen_random_uuid()",
            "details = '{\"fields\":[\"x\"]}'",
            "target_id = 'x'",
            "code = ''")) {
      Scope scope = sealed(4);
      tamper("UPDATE audit SET " + change + where(scope, 3));
      assertTrue(broken(scope).startsWith("record 3 ("), change + ": " + broken(scope));
      assertTrue(broken(scope).endsWith("is not as it was sealed"), broken(scope));
      assertEquals(2, audit.check(scope.tenantId()).to());
    }
  }

  @Test
  void aRecordThatWasTakenOutIsNamed() throws SQLException {
    Scope first = sealed(3);
    tamper("DELETE FROM audit" + where(first, 1));
    assertEquals("record 1 is missing", broken(first));
    Scope middle = sealed(3);
    tamper("DELETE FROM audit" + where(middle, 2));
    assertEquals("record 2 is missing", broken(middle));
    Scope last = sealed(3);
    tamper("DELETE FROM audit" + where(last, 3));
    assertEquals("record 3 is missing", broken(last));
    Scope all = sealed(3);
    tamper("DELETE FROM audit WHERE tenant_id = '" + all.tenantId() + "'");
    assertEquals("record 1 is missing", broken(all));
    assertTrue(audit.chains().contains(all.tenantId()));
  }

  @Test
  void recordsThatChangedPlacesOrCameTwiceAreNamed() throws SQLException {
    Scope scope = sealed(4);
    tamper(
        "UPDATE audit SET seq = 5 - seq WHERE seq IN (2, 3) AND tenant_id = '"
            + scope.tenantId()
            + "'");
    assertTrue(broken(scope).startsWith("record 2 ("), broken(scope));
    Scope twice = sealed(3);
    tamper(
        """
        INSERT INTO audit (id, tenant_id, at, actor_kind, action, target_type, result, details,
          personal_hash, seq, hash)
        SELECT id + 0, tenant_id, at, actor_kind, action, target_type, result, details, personal_hash,
          seq, hash FROM audit
        """
                .replace("id + 0", "overlay(id::text placing 'ffffffffffff' from 25)::uuid")
            + where(twice, 2));
    assertTrue(broken(twice).endsWith("has the number of another one"), broken(twice));
  }

  @Test
  void anEndThatWasForgottenIsNoticed() throws SQLException {
    Scope scope = sealed(3);
    tamper("DELETE FROM audit_chain WHERE tenant_id = '" + scope.tenantId() + "'");
    assertTrue(broken(scope).contains("not known any more"), broken(scope));
    assertTrue(audit.chains().contains(scope.tenantId()));
    Scope back = sealed(3);
    tamper("UPDATE audit_chain SET seq = 2 WHERE tenant_id = '" + back.tenantId() + "'");
    assertTrue(broken(back).contains("not the newest"), broken(back));
  }

  @Test
  void aForgedAddressIsNamedAndAnErasedOneIsNot() throws SQLException {
    Scope scope = sealed(3);
    assertEquals(3, audit.erase(scope.tenantId(), scope.userId()));
    assertEquals(0, audit.erase(scope.tenantId(), scope.userId()), "there is nothing left");
    assertEquals("whole", broken(scope));
    AuditRecord erased =
        audit
            .list(
                scope,
                new AuditQuery(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of("test.number_2"),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()),
                Optional.empty(),
                10)
            .getFirst();
    assertEquals(Optional.empty(), erased.address());
    assertEquals(Optional.empty(), erased.userAgent());
    Scope forged = sealed(3);
    tamper("UPDATE audit SET address = '198.51.100.1'" + where(forged, 2));
    assertTrue(broken(forged).startsWith("record 2 ("), broken(forged));
    Scope laid = sealed(3);
    audit.erase(laid.tenantId(), laid.userId());
    tamper("UPDATE audit SET address = '198.51.100.1'" + where(laid, 2));
    assertTrue(broken(laid).startsWith("record 2 ("), broken(laid));
  }

  @Test
  void neitherLoginChangesOrDeletesAndTheOwnerIsRefusedToo() throws SQLException {
    Scope scope = sealed(2);
    Scope superuser = db.user(scope.tenantId(), "superuser");
    for (String sql :
        List.of(
            "UPDATE audit SET action = 'x'",
            "UPDATE audit SET seq = NULL, hash = NULL",
            "DELETE FROM audit",
            "TRUNCATE audit",
            "UPDATE audit_chain SET seq = 0",
            "DELETE FROM audit_chain")) {
      Failure app =
          assertThrows(
              Failure.class, () -> db.database().as(superuser, c -> Database.run(c, sql)), sql);
      assertEquals("42501", Database.sqlState(app), sql);
      Failure system =
          assertThrows(Failure.class, () -> db.database().callSystem(sql, Tuple.tuple()), sql);
      assertEquals("42501", Database.sqlState(system), sql);
      if (!sql.contains("audit_chain")) {
        SQLException owner = assertThrows(SQLException.class, () -> owner(sql), sql);
        assertEquals("42501", owner.getSQLState(), sql);
      }
    }
    Failure sealing =
        assertThrows(
            Failure.class,
            () ->
                db.database()
                    .as(superuser, c -> Database.run(c, "SELECT seal_audit('{}', '{}', '{}')")));
    assertEquals("42501", Database.sqlState(sealing));
  }

  @Test
  void nobodyAddsToAnotherTenantsAudit() {
    Scope mine = db.tenantWithUser("admin");
    Scope theirs = db.tenantWithUser("admin");
    String insert =
        """
        INSERT INTO audit (id, tenant_id, at, actor_kind, action, target_type, result, details,
          personal_hash)
        VALUES (gen_random_uuid(), $1, now(), 'user', 'x', 'x', 'ok', '{}', '')
        """;
    Failure refused =
        assertThrows(
            Failure.class,
            () ->
                db.database().as(mine, c -> Database.run(c, insert, Tuple.of(theirs.tenantId()))));
    assertEquals("42501", Database.sqlState(refused));
  }

  @Test
  void aRecordGoesWithTheChangeOrNotAtAll() {
    Scope scope = db.tenantWithUser("admin");
    Deed lost = begun(scope, "test.rolled_back");
    assertThrows(
        IllegalStateException.class,
        () ->
            lost.during(() ->
                db.database()
                    .as(
                        scope,
                        c -> {
                          change(c, scope);
                          throw new IllegalStateException("after the change");
                        })));
    Deed read = begun(scope, "test.read");
    read.during(() -> db.database().as(scope, c -> Database.run(c, "SELECT count(*) FROM tenant")));
    Deed made = begun(scope, "test.made");
    made.during(() -> db.database().as(scope, c -> change(c, scope)));
    made.during(() -> db.database().as(scope, c -> change(c, scope)));
    assertEquals(List.of(false, false, true), List.of(lost.isKept(), read.isKept(), made.isKept()));
    sealAll();
    assertEquals(1, audit.check(scope.tenantId()).to());
  }

  private static Deed begun(Scope scope, String action) {
    return new Deed(
        action,
        "test",
        Deed.Actor.of(Deed.Kind.USER, scope, "a session"),
        Deed.Origin.HERE,
        Instant.now());
  }

  private static boolean change(io.vertx.sqlclient.SqlClient connection, Scope scope) {
    Database.run(
        connection, "UPDATE app_user SET name = 'Other' WHERE id = $1", Tuple.of(scope.userId()));
    return true;
  }

  @Test
  void manyWritersAndSealersAtOnceMakeOneChain() throws InterruptedException {
    List<Scope> tenants = List.of(db.tenantWithUser("admin"), db.tenantWithUser("admin"));
    AtomicBoolean over = new AtomicBoolean();
    List<Thread> sealers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      sealers.add(
          Thread.ofVirtual()
              .start(() -> {
                while (!over.get()) {
                  audit.seal();
                }
              }));
    }
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Scope scope = tenants.get(i % 2);
      writers.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int n = 0; n < 25; n++) {
                  deed(scope, "test.at_once");
                }
              }));
    }
    for (Thread writer : writers) {
      writer.join();
    }
    over.set(true);
    for (Thread sealer : sealers) {
      sealer.join();
    }
    sealAll();
    for (Scope scope : tenants) {
      ChainCheck check = audit.check(scope.tenantId());
      assertEquals(Optional.empty(), check.broken());
      assertEquals(100, check.to());
      assertEquals(0, check.unsealed());
    }
  }

  @Test
  void aMonthThatIsNotKeptIsDroppedAndTheChainGoesOnFromThere() throws SQLException {
    Scope scope = db.tenantWithUser("admin");
    owner("SELECT maintain_audit('2024-03-15', 100::bigint * 366 * 86400)");
    for (int i = 0; i < 3; i++) {
      owner(
          """
          INSERT INTO audit (id, tenant_id, at, actor_kind, action, target_type, result, details,
            personal_hash)
          VALUES (uuid_from_time('2024-03-1%d'), '%s', '2024-03-1%d', 'user', 'test.old', 'test', 'ok',
            '{}', '')
          """
              .formatted(i, scope.tenantId(), i));
    }
    sealAll();
    deed(scope, "test.new");
    sealAll();
    assertEquals(4, audit.check(scope.tenantId()).to());
    audit.maintain();
    ChainCheck check = audit.check(scope.tenantId());
    assertEquals(Optional.empty(), check.broken());
    assertEquals(4, check.from());
    assertEquals(4, check.to());
    try (Connection owner = db.owner();
        Statement statement = owner.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT count(*) FROM pg_class WHERE relname ~ '^audit_2024'")) {
      rows.next();
      assertEquals(0, rows.getInt(1));
    }
    tamper("DELETE FROM audit" + where(scope, 4));
    assertEquals("record 4 is missing", broken(scope));
  }

  @Test
  void theCommandSaysWhatIsWrong() throws SQLException {
    Scope scope = sealed(3);
    assertEquals(0, run("audit", "verify", scope.tenantId().toString()).code());
    tamper("UPDATE audit SET result = 'failed'" + where(scope, 2));
    Ran one = run("audit", "verify", scope.tenantId().toString());
    assertEquals(1, one.code());
    assertTrue(one.out().contains("BROKEN: record 2 ("), one.out());
    Ran all = run("audit", "verify");
    assertEquals(1, all.code());
    assertTrue(all.out().contains(scope.tenantId().toString()), all.out());
    assertEquals(2, run("audit").code());
    assertEquals(2, run("audit", "verify", "everything").code());
    assertEquals(0, run("audit", "help").code());
  }

  private record Ran(int code, String out) {}

  private static Ran run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    int code = new AuditCommands(audit, print, print).run(List.of(arguments));
    return new Ran(code, out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void aCommandOfTheMachineIsWrittenDown() {
    UUID none = new UUID(0, 0);
    sealAll();
    long before = audit.chains().contains(none) ? audit.check(none).to() : 0;
    assertEquals(0, audit.command("signing_key.rotate", () -> 0));
    assertEquals(1, audit.command("user.create", () -> 1));
    sealAll();
    assertEquals(before + 2, audit.check(none).to());
  }
}
