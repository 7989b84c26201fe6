package dev.mordomo.gateway.http;

import dev.mordomo.gateway.Fields;
import dev.mordomo.kernel.Scope;
import dev.mordomo.privacy.Consent;
import dev.mordomo.privacy.Erasure;
import dev.mordomo.privacy.PersonalPolicy;
import dev.mordomo.privacy.PrivacyService;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What people ask of whoever keeps their data. */
final class PrivacyRoutes {
  private static final String TENANT = "the tenant";

  private final PrivacyService privacy;

  PrivacyRoutes(PrivacyService privacy) {
    this.privacy = privacy;
  }

  Answer eraseUser(Exchange exchange) {
    return Answer.accepted(privacy.eraseUser(exchange.scope(), exchange.id("id", "the user")));
  }

  Answer eraseTenant(Exchange exchange) {
    return Answer.accepted(privacy.eraseTenant(exchange.scope(), exchange.id("id", TENANT)));
  }

  /** Newest first. */
  Answer erasures(Exchange exchange) {
    Page page = Page.of(exchange.query());
    return page.answer(
        privacy.erasures(exchange.scope(), page.after(), page.oneMore()), Erasure::id);
  }

  Answer policy(Exchange exchange) {
    return Answer.ok(shown(privacy.policy(exchange.scope(), exchange.id("id", TENANT))));
  }

  Answer changePolicy(Exchange exchange) {
    Fields fields = exchange.fields();
    Optional<PersonalPolicy> policy =
        fields.choice("personal_data", PersonalPolicy.WORDS).map(PersonalPolicy::of);
    fields.verify();
    UUID tenant = exchange.id("id", TENANT);
    Scope who = exchange.scope();
    return Answer.ok(
        shown(
            policy.isPresent()
                ? privacy.changePolicy(who, tenant, policy.get())
                : privacy.policy(who, tenant)));
  }

  private static Map<String, PersonalPolicy> shown(PersonalPolicy policy) {
    return Map.of("personal_data", policy);
  }

  /** Newest first. */
  Answer consents(Exchange exchange) {
    Page page = Page.of(exchange.query());
    return page.answer(
        privacy.consents(exchange.scope(), page.after(), page.oneMore()), Consent::id);
  }

  Answer consent(Exchange exchange) {
    Fields fields = exchange.fields();
    fields.choice("purpose", List.of(Consent.PERSONAL_DATA));
    fields.verify();
    return Answer.created(privacy.consent(exchange.scope()));
  }

  Answer revoke(Exchange exchange) {
    return Answer.ok(privacy.revoke(exchange.scope(), exchange.id("id", "the consent")));
  }

  Answer erasure(Exchange exchange) {
    return Answer.ok(privacy.erasure(exchange.scope(), exchange.id("id", "the erasure")));
  }
}
