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
import java.util.List;
import java.util.Optional;

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
            .list(exchange.scope(), exchange.query().id("tenant_id"), page.after(), page.oneMore()),
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
            fields.choice("role", Role.wires()).map(Role::of).orElse(Role.MEMBER));
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
            fields.longInteger("token_quota", 0, Long.MAX_VALUE).orElse(DEFAULT_QUOTA));
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
            fields.clearableTime("quota_resets_at"));
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
    Query query = exchange.query();
    Optional<String> by = query.choice("by", UsageReport.By.wires());
    boolean table =
        query.choice("format", List.of("json", "csv")).filter("csv"::equals).isPresent();
    UsageReport report =
        identity
            .tenants()
            .usage(
                exchange.scope(),
                exchange.id("id", TENANT),
                query.time("from"),
                query.time("to"),
                by.map(UsageReport.By::of).orElse(UsageReport.By.DAY));
    return table ? UsageTable.of(report) : Answer.ok(report);
  }
}
