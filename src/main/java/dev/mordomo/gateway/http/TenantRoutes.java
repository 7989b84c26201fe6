package dev.mordomo.gateway.http;

import dev.mordomo.billing.UserQuotas;
import dev.mordomo.gateway.Fields;
import dev.mordomo.identity.IdentityService;
import dev.mordomo.identity.Role;
import dev.mordomo.identity.Tenant;
import dev.mordomo.identity.Tenant.Plan;
import dev.mordomo.identity.Tenant.Status;
import dev.mordomo.identity.UsageReport;
import dev.mordomo.identity.User;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Tenants, what they use, and their users. */
final class TenantRoutes {
  private static final int LONGEST = 4096;
  private static final int LONGEST_NAME = 255;
  private static final long DEFAULT_QUOTA = 10_000;
  private static final String USER = "the user";
  private static final String TENANT = "the tenant";

  private final IdentityService identity;
  private final UserQuotas quotas;

  TenantRoutes(IdentityService identity, UserQuotas quotas) {
    this.identity = identity;
    this.quotas = quotas;
  }

  Answer users(Exchange exchange) {
    Page page = Page.of(exchange.query());
    return page.answer(
        identity
            .users()
            .list(
                exchange.scope(),
                exchange.query().id("tenant_id"),
                exchange.query().text("q"),
                page.after(),
                page.oneMore()),
        User::id);
  }

  Answer createUser(Exchange exchange) {
    Fields fields = exchange.fields();
    User.Draft draft =
        new User.Draft(
            fields.optionalId("tenant_id"),
            fields.text("email", 1, LONGEST_NAME),
            fields.optionalText("password", 1, LONGEST),
            fields.text("name", 1, LONGEST_NAME),
            fields.choice("role", Role.wires()).map(Role::of).orElse(Role.OPERATOR));
    fields.verify();
    return Answer.created(identity.users().create(exchange.scope(), draft));
  }

  Answer user(Exchange exchange) {
    return Answer.ok(identity.users().get(exchange.scope(), exchange.id("id", USER)));
  }

  Answer changeUser(Exchange exchange) {
    Fields fields = exchange.fields();
    User.Change change =
        new User.Change(
            fields.optionalText("name", 1, LONGEST_NAME),
            fields.choice("role", Role.wires()).map(Role::of),
            fields.flag("is_active"),
            fields.optionalText("password", 1, LONGEST));
    fields.verify();
    return Answer.ok(identity.users().change(exchange.scope(), exchange.id("id", USER), change));
  }

  Answer signOutUser(Exchange exchange) {
    identity.users().signOut(exchange.scope(), exchange.id("id", USER));
    return Answer.done();
  }

  Answer tenants(Exchange exchange) {
    Page page = Page.of(exchange.query());
    return page.answer(
        identity.tenants().list(exchange.scope(), page.after(), page.oneMore()), Tenant::id);
  }

  Answer createTenant(Exchange exchange) {
    Fields fields = exchange.fields();
    Tenant.Draft draft =
        new Tenant.Draft(
            fields.text("name", 1, LONGEST_NAME),
            fields.choice("plan", Plan.wires()).map(Plan::of).orElse(Plan.STARTER),
            fields.choice("status", Status.wires()).map(Status::of).orElse(Status.ACTIVE),
            fields.longInteger("token_quota", 0, Long.MAX_VALUE).orElse(DEFAULT_QUOTA),
            fields.clearableDate("next_billing_date").flatMap(date -> date));
    fields.verify();
    return Answer.created(identity.tenants().create(exchange.scope(), draft));
  }

  Answer tenant(Exchange exchange) {
    return Answer.ok(identity.tenants().get(exchange.scope(), exchange.id("id", TENANT)));
  }

  Answer changeTenant(Exchange exchange) {
    Fields fields = exchange.fields();
    Tenant.Change change =
        new Tenant.Change(
            fields.optionalText("name", 1, LONGEST_NAME),
            fields.choice("plan", Plan.wires()).map(Plan::of),
            fields.choice("status", Status.wires()).map(Status::of),
            fields.longInteger("token_quota", 0, Long.MAX_VALUE),
            fields.clearableTime("quota_resets_at"),
            fields.clearableDate("next_billing_date"));
    fields.verify();
    return Answer.ok(
        identity.tenants().change(exchange.scope(), exchange.id("id", TENANT), change));
  }

  Answer quota(Exchange exchange) {
    return Answer.ok(quotas.get(exchange.scope(), exchange.id("id", USER)));
  }

  Answer setQuota(Exchange exchange) {
    Fields fields = exchange.fields();
    Optional<Long> tokens = fields.longInteger("token_quota", 0, Long.MAX_VALUE);
    if (!fields.has("token_quota")) {
      fields.refuse("token_quota", "expected a whole number, or null for none");
    }
    fields.verify();
    return Answer.ok(quotas.set(exchange.scope(), exchange.id("id", USER), tokens));
  }

  Answer usage(Exchange exchange) {
    UUID tenant = exchange.id("id", TENANT);
    return report(
        exchange.query(),
        UsageReport.By.wires(),
        (from, to, by) -> identity.tenants().usage(exchange.scope(), tenant, from, to, by));
  }

  /** What oneself used. */
  Answer ownUsage(Exchange exchange) {
    return report(
        exchange.query(),
        List.of(UsageReport.By.DAY.wire(), UsageReport.By.MODEL.wire(), UsageReport.By.KIND.wire()),
        (from, to, by) -> identity.tenants().ownUsage(exchange.scope(), from, to, by));
  }

  @FunctionalInterface
  private interface Reporting {
    UsageReport report(Optional<Instant> from, Optional<Instant> to, UsageReport.By by);
  }

  private static Answer report(Query query, List<String> groups, Reporting reporting) {
    Optional<String> by = query.choice("by", groups);
    boolean table =
        query.choice("format", List.of("json", "csv")).filter("csv"::equals).isPresent();
    UsageReport report =
        reporting.report(
            query.time("from"),
            query.time("to"),
            by.map(UsageReport.By::of).orElse(UsageReport.By.DAY));
    return table ? UsageTable.of(report) : Answer.ok(report);
  }
}
