package dev.mordomo.identity;

import static dev.mordomo.identity.IdentityFixture.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.identity.Tenant.Plan;
import dev.mordomo.identity.Tenant.Status;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TenantsTest {
  private static final Instant JANUARY = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant FEBRUARY = Instant.parse("2026-02-01T00:00:00Z");
  private static IdentityFixture fixture;
  private static Tenants tenants;
  private static Scope superuser;
  private static Scope admin;

  @BeforeAll
  static void open() {
    fixture = new IdentityFixture();
    tenants = fixture.identity.tenants();
    superuser = fixture.superuser();
    admin = fixture.db.tenantWithUser("admin");
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  private static Tenant.Change quota(long tokens) {
    return new Tenant.Change(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(tokens),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void theSuperuserMakesAndChangesTenants() {
    Tenant made =
        tenants.create(superuser, new Tenant.Draft(" Prefeitura ", Plan.PRO, Status.TRIAL, 7));
    assertEquals("Prefeitura", made.name());
    Tenant changed =
        tenants.change(
            superuser,
            made.id(),
            new Tenant.Change(
                Optional.of("Câmara"),
                Optional.of(Plan.SCALE),
                Optional.of(Status.ACTIVE),
                Optional.of(9L),
                Optional.empty(),
                Optional.empty()));
    assertEquals(changed, tenants.get(superuser, made.id()));
    assertEquals(Plan.SCALE, changed.plan());
    assertEquals(9, changed.tokenQuota());
    assertEquals(0, changed.tokensConsumed());
    assertEquals("scale", Json.tree(changed).get("plan").asText());
    assertTrue(tenants.list(superuser, Optional.empty(), 200).stream().anyMatch(changed::equals));
  }

  private static Tenant.Change billed(Optional<LocalDate> next) {
    return new Tenant.Change(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(next));
  }

  @Test
  void theDateOfTheNextBillIsKeptUntilItIsTakenAway() {
    LocalDate date = LocalDate.parse("2027-02-28");
    Tenant made = tenants.create(superuser, new Tenant.Draft("Billed", Plan.PRO, Status.ACTIVE, 7));
    assertEquals(Optional.empty(), made.nextBillingDate());
    Tenant billed = tenants.change(superuser, made.id(), billed(Optional.of(date)));
    assertEquals("2027-02-28", Json.tree(billed).get("next_billing_date").asText());
    assertEquals(
        Optional.of(date), tenants.change(superuser, made.id(), quota(8)).nextBillingDate());
    for (String wrong : List.of("1999-12-31", "2100-01-02", "+999999999-01-01")) {
      assertFails(
          FailureCode.INVALID,
          () -> tenants.change(superuser, made.id(), billed(Optional.of(LocalDate.parse(wrong)))));
    }
    Tenant cleared = tenants.change(superuser, made.id(), billed(Optional.empty()));
    assertEquals(Optional.empty(), cleared.nextBillingDate());
    assertFails(
        FailureCode.FORBIDDEN,
        () -> tenants.change(admin, admin.tenantId(), billed(Optional.of(date))));
  }

  @Test
  void whoeverMakesATenantMaySayWhenItIsBilled() {
    Tenant made = tenants.create(superuser, billedFrom("2027-03-01"));
    assertEquals(Optional.of(LocalDate.parse("2027-03-01")), made.nextBillingDate());
    assertEquals(made.nextBillingDate(), tenants.get(superuser, made.id()).nextBillingDate());
    assertFails(FailureCode.INVALID, () -> tenants.create(superuser, billedFrom("1999-12-31")));
  }

  private static Tenant.Draft billedFrom(String date) {
    return new Tenant.Draft(
        "Billed at once", Plan.PRO, Status.ACTIVE, 7, Optional.of(LocalDate.parse(date)));
  }

  @Test
  void whatCannotBeATenantIsRefused() {
    for (String name : List.of(" ", "x".repeat(161))) {
      assertFails(
          FailureCode.INVALID,
          () -> tenants.create(superuser, new Tenant.Draft(name, Plan.PRO, Status.ACTIVE, 1)));
    }
    assertFails(
        FailureCode.INVALID,
        () -> tenants.create(superuser, new Tenant.Draft("x", Plan.PRO, Status.ACTIVE, -1)));
    assertFails(FailureCode.NOT_FOUND, () -> tenants.get(superuser, UUID.randomUUID()));
    assertFails(
        FailureCode.NOT_FOUND, () -> tenants.change(superuser, UUID.randomUUID(), quota(1)));
  }

  @Test
  void nobodyElseMakesOrChangesOneAndOthersAreNotThere() {
    UUID foreign = superuser.tenantId();
    for (String role : List.of("admin", "operator", "member")) {
      Scope scope = fixture.db.user(admin.tenantId(), role);
      assertFails(
          FailureCode.FORBIDDEN,
          () -> tenants.create(scope, new Tenant.Draft("x", Plan.PRO, Status.ACTIVE, 1)));
      assertFails(FailureCode.FORBIDDEN, () -> tenants.change(scope, scope.tenantId(), quota(1)));
      for (UUID other : List.of(foreign, UUID.randomUUID())) {
        assertFails(FailureCode.NOT_FOUND, () -> tenants.get(scope, other));
        assertFails(FailureCode.NOT_FOUND, () -> tenants.change(scope, other, quota(1)));
        assertFails(
            FailureCode.NOT_FOUND,
            () ->
                tenants.usage(
                    scope, other, Optional.empty(), Optional.empty(), UsageReport.By.DAY));
      }
    }
    Scope member = fixture.db.user(admin.tenantId(), "member");
    assertFails(FailureCode.FORBIDDEN, () -> tenants.get(member, member.tenantId()));
    assertFails(FailureCode.FORBIDDEN, () -> tenants.list(member, Optional.empty(), 10));
    assertEquals(
        List.of(admin.tenantId()),
        tenants.list(admin, Optional.empty(), 10).stream().map(Tenant::id).toList());
  }

  @Test
  void nobodySuspendsTheirOwnTenant() {
    assertFails(
        FailureCode.FORBIDDEN,
        () ->
            tenants.change(
                superuser,
                superuser.tenantId(),
                new Tenant.Change(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(Status.SUSPENDED),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty())));
  }

  @Test
  void usageIsSummedByDayUserAndModel() throws SQLException {
    Scope boss = fixture.db.tenantWithUser("admin");
    Scope member = fixture.db.user(boss.tenantId(), "member");
    spend(boss, "openai/a", 100, 10, "0.25", "2026-01-05T23:59:59Z");
    spend(member, "openai/a", 200, 20, "0.5", "2026-01-06T00:00:00Z");
    spend(member, "embedded/b", 300, 30, "0", "2026-01-06T12:00:00Z");
    spend(member, "embedded/b", 4000, 400, "1", "2026-02-01T00:00:00Z");
    spend(admin, "openai/a", 50_000, 5000, "9", "2026-01-06T00:00:00Z");

    UsageReport days = usage(boss, boss, UsageReport.By.DAY);
    assertEquals(List.of("2026-01-05", "2026-01-06"), keys(days));
    assertEquals(
        new UsageReport.Row("2026-01-06", "chat", 500, 50, 2, new BigDecimal("0.5")),
        days.rows().getLast());
    for (UsageReport.By by : UsageReport.By.values()) {
      assertEquals(
          new UsageReport.Totals(600, 60, 3, new BigDecimal("0.75")),
          usage(boss, boss, by).totals());
    }
    assertEquals(List.of("embedded/b", "openai/a"), keys(usage(boss, boss, UsageReport.By.MODEL)));
    assertEquals(2, usage(boss, boss, UsageReport.By.USER).rows().size());
    assertEquals(days, usage(superuser, boss, UsageReport.By.DAY));
    assertEquals(5060, tenants.get(boss, boss.tenantId()).tokensConsumed());
    assertFails(
        FailureCode.FORBIDDEN,
        () ->
            tenants.usage(
                member, boss.tenantId(), Optional.empty(), Optional.empty(), UsageReport.By.DAY));
    assertFails(
        FailureCode.INVALID,
        () ->
            tenants.usage(
                boss,
                boss.tenantId(),
                Optional.of(FEBRUARY),
                Optional.of(JANUARY),
                UsageReport.By.DAY));
    String json = Json.write(days);
    assertTrue(json.contains("\"by\":\"day\"") && json.contains("\"cost\":0.75"), json);
  }

  private static UsageReport usage(Scope scope, Scope of, UsageReport.By by) {
    return tenants.usage(scope, of.tenantId(), Optional.of(JANUARY), Optional.of(FEBRUARY), by);
  }

  private static List<String> keys(UsageReport report) {
    return report.rows().stream().map(UsageReport.Row::key).toList();
  }

  private static void spend(
      Scope scope, String model, int prompt, int completion, String cost, String at)
      throws SQLException {
    try (var connection = fixture.db.owner();
        var insert =
            connection.prepareStatement(
                "INSERT INTO usage (id, tenant_id, user_id, model, prompt_tokens,"
                    + " completion_tokens, cost, created_at)"
                    + " VALUES (gen_random_uuid(), ?, ?, ?, ?, ?, ?, ?::timestamptz)")) {
      insert.setObject(1, scope.tenantId());
      insert.setObject(2, scope.userId());
      insert.setString(3, model);
      insert.setInt(4, prompt);
      insert.setInt(5, completion);
      insert.setBigDecimal(6, new BigDecimal(cost));
      insert.setString(7, at);
      insert.executeUpdate();
    }
  }
}
