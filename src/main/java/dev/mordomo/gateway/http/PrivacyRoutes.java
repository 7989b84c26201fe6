package dev.mordomo.gateway.http;

import dev.mordomo.gateway.Fields;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Scope;
import dev.mordomo.privacy.Consent;
import dev.mordomo.privacy.DocumentPolicy;
import dev.mordomo.privacy.Erasure;
import dev.mordomo.privacy.Export;
import dev.mordomo.privacy.ExportFile;
import dev.mordomo.privacy.PersonalPolicy;
import dev.mordomo.privacy.PrivacyService;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What people ask of whoever keeps their data. */
final class PrivacyRoutes {
  private static final int LONGEST_DAYS = 36_500;
  private static final String ZIP = "application/zip";
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

  Answer export(Exchange exchange) {
    Fields fields = exchange.fields();
    Optional<UUID> tenant = fields.optionalId("tenant_id");
    fields.verify();
    return Answer.accepted(privacy.export(exchange.scope(), tenant));
  }

  /** Newest first. */
  Answer exports(Exchange exchange) {
    Page page = Page.of(exchange.query());
    return page.answer(privacy.exports(exchange.scope(), page.after(), page.oneMore()), Export::id);
  }

  Answer exported(Exchange exchange) {
    return Answer.ok(privacy.exported(exchange.scope(), exchange.id("id", "the export")));
  }

  Answer exportFile(Exchange exchange) {
    UUID id = exchange.id("id", "the export's file");
    if (exchange.request().method().equals(HttpMethod.HEAD)) {
      privacy.exported(exchange.scope(), id);
      return new Answer.Empty(200, Map.of("Content-Type", ZIP));
    }
    ExportFile file = privacy.download(exchange.scope(), id);
    return new Answer.Stream((request, loop) -> send(file, id, request.response(), loop));
  }

  private static void send(ExportFile file, UUID id, HttpServerResponse response, Context loop) {
    file.send(part -> {
      Promise<Void> written = Promise.promise();
      loop.runOnContext(ignored -> {
        if (!response.headWritten()) {
          response.putHeader("Content-Type", ZIP);
          response.putHeader("Content-Length", String.valueOf(file.size()));
          response.putHeader("Cache-Control", "no-store");
          response.putHeader(
              "Content-Disposition", "attachment; filename=\"mordomo-" + id + ".zip\"");
        }
        response.write(part).onComplete(written);
      });
      Database.await(written.future());
    });
    loop.runOnContext(ignored -> response.end());
  }

  Answer policy(Exchange exchange) {
    return Answer.ok(shown(exchange.scope(), exchange.id("id", TENANT)));
  }

  Answer changePolicy(Exchange exchange) {
    Fields fields = exchange.fields();
    Optional<PersonalPolicy> policy =
        fields.choice("personal_data", PersonalPolicy.WORDS).map(PersonalPolicy::of);
    Optional<DocumentPolicy> documents =
        fields.choice("personal_data_in_documents", DocumentPolicy.WORDS).map(DocumentPolicy::of);
    Optional<Integer> days = fields.integer("retention_days", 0, LONGEST_DAYS);
    fields.verify();
    UUID tenant = exchange.id("id", TENANT);
    Scope who = exchange.scope();
    policy.ifPresent(wanted -> privacy.changePolicy(who, tenant, wanted));
    documents.ifPresent(wanted -> privacy.changeDocumentPolicy(who, tenant, wanted));
    days.ifPresent(wanted -> privacy.changeRetention(who, tenant, wanted));
    return Answer.ok(shown(who, tenant));
  }

  private Map<String, Object> shown(Scope who, UUID tenant) {
    return Map.of(
        "personal_data",
        privacy.policy(who, tenant),
        "personal_data_in_documents",
        privacy.documentPolicy(who, tenant),
        "retention_days",
        privacy.retentionDays(who, tenant));
  }

  /** What would be removed now. */
  Answer due(Exchange exchange) {
    return Answer.ok(privacy.due(exchange.scope()));
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
