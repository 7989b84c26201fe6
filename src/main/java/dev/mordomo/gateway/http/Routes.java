package dev.mordomo.gateway.http;

import static dev.mordomo.gateway.http.Access.ADMIN;
import static dev.mordomo.gateway.http.Access.ANYONE;
import static dev.mordomo.gateway.http.Access.GUEST;
import static dev.mordomo.gateway.http.Access.SUPERUSER;
import static dev.mordomo.gateway.http.Access.USER;
import static dev.mordomo.gateway.http.Route.delete;
import static dev.mordomo.gateway.http.Route.get;
import static dev.mordomo.gateway.http.Route.patch;
import static dev.mordomo.gateway.http.Route.post;
import static dev.mordomo.gateway.http.Route.put;

import dev.mordomo.billing.UserQuotas;
import dev.mordomo.gateway.Features;
import dev.mordomo.gateway.Oversight;
import dev.mordomo.gateway.RateLimits;
import dev.mordomo.identity.IdentityService;
import dev.mordomo.identity.KeyScope;
import java.util.ArrayList;
import java.util.List;

/** Every address, a line each: method, path, who may, handler. */
final class Routes {
  private static final String CHANGES_NOTHING = "it changes nothing";
  private static final String IS_LOGGED = "the line itself says who posted it";
  private static final String IN_TURNS = "every turn is recorded when it ends, as turn.ask";
  private static final String IN_USAGE = "usage says who asked for how much, and when";
  private static final String IN_SEARCHES =
      "every search is recorded with its answer, as search.ask";
  private static final String FOR_ALL = "it is for everybody, and of nobody";
  private static final String ONES_OWN = "it shows the caller's own alone";
  private static final String SHARED =
      "it shows the caller's own documents, and those that all of the organisation may read";
  private static final String NO_PERSON = "it shows settings or numbers, and no person";

  private Routes() {}

  static List<Route> table(PublicRoutes open) {
    return List.of(
        get("/health/live", ANYONE, open::live).unaudited(FOR_ALL),
        get("/health/ready", ANYONE, open::ready).unaudited(FOR_ALL),
        get("/metrics", ANYONE, open::metrics).unaudited(FOR_ALL),
        get("/openapi.yaml", ANYONE, open::description).unaudited(FOR_ALL),
        get("/asyncapi.yaml", ANYONE, open::description).unaudited(FOR_ALL),
        get("/openapi.json", ANYONE, open::descriptionAsJson).unaudited(FOR_ALL),
        get("/asyncapi.json", ANYONE, open::descriptionAsJson).unaudited(FOR_ALL),
        get("/docs", ANYONE, open::docs).unaudited(FOR_ALL));
  }

  static List<Route> table(Features features, RateLimits limits, HttpGateway.Services services) {
    List<Route> table = new ArrayList<>();
    table.addAll(identity(features.identity(), features.quotas()));
    table.addAll(signIn(features.identity(), services));
    table.addAll(Route.within(KeyScope.CHAT, chat(features, limits, services)));
    table.addAll(Route.within(KeyScope.CHAT, openAi(features, limits, services)));
    table.addAll(Route.within(KeyScope.KNOWLEDGE, knowledge(features)));
    table.addAll(Route.within(KeyScope.DEVICES, deeds(features)));
    table.addAll(jobs(features));
    table.addAll(oversight(features.oversight(), limits));
    table.addAll(privacy(features));
    table.addAll(Route.within(KeyScope.DEVICES, settings(features.oversight(), limits)));
    return List.copyOf(table);
  }

  static List<Route> signIn(IdentityService service, HttpGateway.Services gateway) {
    OidcRoutes oidc = new OidcRoutes(service, gateway);
    return List.of(
        get("/v1/auth/offered", ANYONE, oidc::offered).unaudited(FOR_ALL),
        post("/v1/auth/oidc", ANYONE, oidc::signIn).audited("session.sign_in"),
        post("/v1/auth/oidc/start", ANYONE, oidc::start).unaudited(CHANGES_NOTHING),
        post("/v1/auth/anonymous", ANYONE, oidc::anonymous).audited("session.guest"),
        post("/v1/auth/claim", USER, oidc::claim).audited("conversation.claim"));
  }

  static List<Route> identity(IdentityService service, UserQuotas quotas) {
    IdentityRoutes identity = new IdentityRoutes(service);
    TenantRoutes tenants = new TenantRoutes(service, quotas);
    return List.of(
        get("/.well-known/jwks.json", ANYONE, identity::keys).unaudited(FOR_ALL),
        get("/v1/.well-known/jwks.json", ANYONE, identity::keys).unaudited(FOR_ALL),
        post("/v1/auth/token", ANYONE, identity::signIn).audited("session.sign_in"),
        post("/v1/auth/refresh", ANYONE, identity::refresh).audited("session.refresh"),
        post("/v1/auth/logout", ANYONE, identity::signOut).audited("session.sign_out"),
        get("/v1/me", GUEST, identity::me).unaudited(ONES_OWN),
        patch("/v1/me", USER, identity::changeMe).audited("user.profile"),
        get("/v1/me/sessions", USER, identity::sessions).unaudited(ONES_OWN),
        delete("/v1/me/sessions/:id", USER, identity::endSession).audited("session.end"),
        get("/v1/me/usage", USER, tenants::ownUsage).unaudited(ONES_OWN),
        get("/v1/api-keys", USER, identity::apiKeys).unaudited(ONES_OWN),
        post("/v1/api-keys", USER, identity::createApiKey)
            .creating(Answer::created)
            .audited("key.create"),
        delete("/v1/api-keys/:id", USER, identity::revokeApiKey).audited("key.revoke"),
        get("/v1/users", ADMIN, tenants::users).audited("user.list"),
        post("/v1/users", ADMIN, tenants::createUser)
            .creating(Answer::created)
            .audited("user.create"),
        get("/v1/users/:id", USER, tenants::user).audited("user.read"),
        patch("/v1/users/:id", USER, tenants::changeUser).audited("user.change"),
        delete("/v1/users/:id/sessions", USER, tenants::signOutUser).audited("user.sign_out"),
        get("/v1/users/:id/quota", USER, tenants::quota).audited("user.quota_read"),
        put("/v1/users/:id/quota", USER, tenants::setQuota).audited("user.quota"),
        get("/v1/tenants", ADMIN, tenants::tenants).unaudited(NO_PERSON),
        post("/v1/tenants", SUPERUSER, tenants::createTenant)
            .creating(Answer::created)
            .audited("tenant.create"),
        get("/v1/tenants/:id", USER, tenants::tenant).unaudited(NO_PERSON),
        patch("/v1/tenants/:id", USER, tenants::changeTenant).audited("tenant.change"),
        get("/v1/tenants/:id/usage", USER, tenants::usage).audited("tenant.usage"));
  }

  private static List<Route> chat(
      Features features, RateLimits limits, HttpGateway.Services services) {
    ConversationRoutes conversations = new ConversationRoutes(features.chat());
    MessageRoutes messages = new MessageRoutes(features.chat(), features.messages());
    TurnRoutes turns =
        new TurnRoutes(features.chat(), limits, new TurnSse(features.chat(), services));
    return List.of(
        get("/v1/conversations", GUEST, conversations::list).unaudited(ONES_OWN),
        post("/v1/conversations", GUEST, conversations::create)
            .creating(Answer::created)
            .audited("conversation.create"),
        get("/v1/conversations/:id", GUEST, conversations::get).unaudited(ONES_OWN),
        patch("/v1/conversations/:id", GUEST, conversations::change).audited("conversation.change"),
        delete("/v1/conversations/:id", GUEST, conversations::delete)
            .audited("conversation.delete"),
        get("/v1/conversations/:id/messages", GUEST, conversations::messages).unaudited(ONES_OWN),
        post("/v1/conversations/:id/turns", GUEST, turns::start)
            .finding()
            .following(turns::follow)
            .unaudited(IN_TURNS),
        get("/v1/turns/:id", GUEST, turns::get).unaudited(ONES_OWN),
        get("/v1/turns/:id/events", GUEST, turns::events).unaudited(ONES_OWN),
        post("/v1/turns/:id/cancel", GUEST, turns::cancel).unaudited(IN_TURNS),
        post("/v1/turns/:id/regenerate", GUEST, turns::regenerate)
            .finding()
            .following(turns::follow)
            .unaudited(IN_TURNS),
        post("/v1/turns/:id/continue", GUEST, turns::goOn)
            .finding()
            .following(turns::follow)
            .unaudited(IN_TURNS),
        get("/v1/messages", GUEST, messages::list).unaudited(ONES_OWN),
        post("/v1/messages/search", GUEST, messages::search).unaudited(ONES_OWN),
        put("/v1/messages/:id/feedback", GUEST, messages::feedback).audited("message.feedback"));
  }

  private static List<Route> openAi(
      Features features, RateLimits limits, HttpGateway.Services services) {
    CompletionRoutes completions =
        new CompletionRoutes(features.chat(), features.models(), limits, services);
    EmbeddingRoutes embeddings = new EmbeddingRoutes(features.embeddings());
    ModelRoutes models = new ModelRoutes(features.models());
    return List.of(
        post("/v1/chat/completions", USER, completions::start)
            .finding()
            .following(completions::follow)
            .facing(Route.Face.OPEN_AI)
            .unaudited(IN_TURNS),
        post("/v1/embeddings", USER, embeddings::embed)
            .unaudited(IN_USAGE)
            .facing(Route.Face.OPEN_AI),
        get("/v1/models", GUEST, models::list).unaudited(FOR_ALL).facing(Route.Face.BOTH),
        get("/v1/models/:id", GUEST, models::get).unaudited(FOR_ALL).facing(Route.Face.BOTH));
  }

  private static List<Route> knowledge(Features features) {
    KnowledgeRoutes knowledge = new KnowledgeRoutes(features.knowledge());
    SearchRoutes search = new SearchRoutes(features.knowledge());
    return List.of(
        get("/v1/collections", USER, knowledge::collections).unaudited(SHARED),
        post("/v1/collections", USER, knowledge::createCollection)
            .creating(Answer::created)
            .audited("collection.create"),
        get("/v1/collections/:id", USER, knowledge::collection).unaudited(SHARED),
        patch("/v1/collections/:id", USER, knowledge::renameCollection)
            .audited("collection.change"),
        delete("/v1/collections/:id", USER, knowledge::deleteCollection)
            .audited("collection.delete"),
        get("/v1/collections/:id/documents", USER, knowledge::documents).unaudited(SHARED),
        post("/v1/collections/:id/documents", USER, knowledge::addDocument)
            .creating(KnowledgeRoutes::submitted)
            .uploading()
            .audited("document.create"),
        get("/v1/documents/:id", USER, knowledge::document).unaudited(SHARED),
        delete("/v1/documents/:id", USER, knowledge::deleteDocument).audited("document.delete"),
        get("/v1/documents/:id/chunks", GUEST, knowledge::chunks).unaudited(SHARED),
        get("/v1/documents/:id/file", USER, knowledge::file).audited("document.file"),
        post("/v1/search", USER, search::search).unaudited(IN_SEARCHES),
        get("/v1/search/:id/trace", SUPERUSER, search::trace).audited("search.trace"));
  }

  private static List<Route> jobs(Features features) {
    JobRoutes jobs = new JobRoutes(features.jobs());
    return List.of(
        get("/v1/jobs", USER, jobs::list).unaudited(ONES_OWN),
        post("/v1/jobs", ADMIN, jobs::start).creating(Answer::created).audited("job.start"),
        get("/v1/jobs/:id", USER, jobs::get).unaudited(ONES_OWN),
        post("/v1/jobs/:id/cancel", USER, jobs::cancel).audited("job.cancel"));
  }

  private static List<Route> oversight(Oversight oversight, RateLimits limits) {
    AuditRoutes audit = new AuditRoutes(oversight);
    ConfigRoutes config = new ConfigRoutes(oversight);
    LogRoutes logs = new LogRoutes(oversight, limits);
    return List.of(
        get("/v1/logs", SUPERUSER, logs::list).audited("log.read"),
        get("/v1/audit", ADMIN, audit::list).audited("audit.read"),
        get("/v1/audit/chain", ADMIN, audit::verify).audited("audit.verify"),
        patch("/v1/config", ADMIN, config::change).audited("config.change"),
        put("/v1/config/:id", ADMIN, config::put).audited("config.change"));
  }

  private static List<Route> settings(Oversight oversight, RateLimits limits) {
    ConfigRoutes config = new ConfigRoutes(oversight);
    LogRoutes logs = new LogRoutes(oversight, limits);
    return List.of(
        get("/v1/config", USER, config::list).unaudited(NO_PERSON),
        get("/v1/config/:id", USER, config::get).unaudited(NO_PERSON),
        post("/v1/logs", USER, logs::post).finding().unaudited(IS_LOGGED));
  }

  private static List<Route> privacy(Features features) {
    PrivacyRoutes privacy = new PrivacyRoutes(features.privacy());
    return List.of(
        delete("/v1/users/:id", USER, privacy::eraseUser).audited("user.delete"),
        delete("/v1/tenants/:id", USER, privacy::eraseTenant).audited("tenant.delete"),
        get("/v1/tenants/:id/privacy", USER, privacy::policy).audited("tenant.privacy_read"),
        patch("/v1/tenants/:id/privacy", USER, privacy::changePolicy).audited("tenant.privacy"),
        post("/v1/exports", USER, privacy::export)
            .creating(Answer::accepted)
            .audited("export.create"),
        get("/v1/exports", USER, privacy::exports).unaudited(ONES_OWN),
        get("/v1/exports/:id", USER, privacy::exported).unaudited(ONES_OWN),
        get("/v1/exports/:id/file", USER, privacy::exportFile).audited("export.download"),
        get("/v1/me/consents", USER, privacy::consents).unaudited(ONES_OWN),
        post("/v1/me/consents", USER, privacy::consent)
            .creating(Answer::created)
            .audited("consent.give"),
        delete("/v1/me/consents/:id", USER, privacy::revoke).audited("consent.revoke"),
        get("/v1/retention", ADMIN, privacy::due).unaudited(NO_PERSON),
        get("/v1/erasures", ADMIN, privacy::erasures).audited("erasure.list"),
        get("/v1/erasures/:id", ADMIN, privacy::erasure).audited("erasure.read"));
  }

  private static List<Route> deeds(Features features) {
    ActionRoutes actions = new ActionRoutes(features.actions());
    ReminderRoutes reminders = new ReminderRoutes(features.reminders(), features.identity());
    return List.of(
        get("/v1/actions", USER, actions::list).unaudited(ONES_OWN),
        get("/v1/actions/:id", USER, actions::get).unaudited(ONES_OWN),
        post("/v1/actions/:id/result", USER, actions::report).audited("action.report"),
        get("/v1/reminders", USER, reminders::list).unaudited(ONES_OWN),
        post("/v1/reminders", USER, reminders::create)
            .creating(Answer::created)
            .audited("reminder.create"),
        get("/v1/reminders/:id", USER, reminders::get).unaudited(ONES_OWN),
        patch("/v1/reminders/:id", USER, reminders::change).audited("reminder.change"),
        post("/v1/reminders/:id/snooze", USER, reminders::snooze).audited("reminder.snooze"),
        post("/v1/reminders/:id/cancel", USER, reminders::cancel).audited("reminder.cancel"),
        post("/v1/reminders/:id/acknowledge", USER, reminders::acknowledge)
            .audited("reminder.acknowledge"));
  }
}
