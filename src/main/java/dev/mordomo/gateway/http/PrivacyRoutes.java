package dev.mordomo.gateway.http;

import dev.mordomo.privacy.Erasure;
import dev.mordomo.privacy.PrivacyService;

/** What people ask of whoever keeps their data. */
final class PrivacyRoutes {
  private final PrivacyService privacy;

  PrivacyRoutes(PrivacyService privacy) {
    this.privacy = privacy;
  }

  Answer eraseUser(Exchange exchange) {
    return Answer.accepted(privacy.eraseUser(exchange.scope(), exchange.id("id", "the user")));
  }

  Answer eraseTenant(Exchange exchange) {
    return Answer.accepted(privacy.eraseTenant(exchange.scope(), exchange.id("id", "the tenant")));
  }

  /** Newest first. */
  Answer erasures(Exchange exchange) {
    Page page = Page.of(exchange.query());
    return page.answer(
        privacy.erasures(exchange.scope(), page.after(), page.oneMore()), Erasure::id);
  }

  Answer erasure(Exchange exchange) {
    return Answer.ok(privacy.erasure(exchange.scope(), exchange.id("id", "the erasure")));
  }
}
