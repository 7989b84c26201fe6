package dev.mordomo.gateway.http;

import dev.mordomo.gateway.Oversight;
import dev.mordomo.kernel.Deed;
import dev.mordomo.kernel.Failure;
import dev.mordomo.ops.audit.AuditQuery;
import dev.mordomo.ops.audit.AuditRecord;
import dev.mordomo.ops.audit.AuditService;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Who did what. */
final class AuditRoutes {
  private static final List<String> RESULTS =
      Arrays.stream(Deed.Result.values()).map(Deed.Result::wire).toList();

  private final AuditService audit;

  AuditRoutes(Oversight oversight) {
    this.audit = oversight.audit();
  }

  /** Of the tenant for its administrators, of all for the superuser; newest first. */
  Answer list(Exchange exchange) {
    Query query = exchange.query();
    Page page = Page.of(query);
    AuditQuery wanted =
        new AuditQuery(
            query.id("tenant_id"),
            query.id("actor_id"),
            query.text("action"),
            query.text("target_type"),
            query.id("target_id"),
            query.choice("result", RESULTS),
            query.time("from"),
            query.time("to"));
    if (wanted.from().isPresent()
        && wanted.to().isPresent()
        && !wanted.from().get().isBefore(wanted.to().get())) {
      throw Failure.invalid("from", "expected a time before to");
    }
    return page.answer(
        audit.list(exchange.scope(), wanted, page.after(), page.oneMore()), AuditRecord::id);
  }

  /** Whether nothing was taken out or changed. */
  Answer verify(Exchange exchange) {
    return Answer.page(audit.verify(exchange.scope()), Optional.empty());
  }
}
