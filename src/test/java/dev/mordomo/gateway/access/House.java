package dev.mordomo.gateway.access;

import dev.mordomo.ApiClient;
import dev.mordomo.RunningApp;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.TestDatabase;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/** A running server with people of every role in two tenants, one of which lets guests in. */
final class House implements AutoCloseable {
  /** The first tenant: it is there before the server, since settings name it. */
  static final String TENANT = "01900000-0000-7000-8000-0000000000fa";

  final RunningApp app;

  /** The operator of the installation, in a tenant of its own. */
  final Caller superuser;

  final String tenant = TENANT;
  final String otherTenant;

  House() {
    this(Map.of(), Map.of());
  }

  House(Map<String, String> more) {
    this(more, Map.of());
  }

  House(Map<String, String> more, Map<String, String> environment) {
    Map<String, String> settings = new HashMap<>();
    // Many sign in at once here, and what a hash costs is not what these tests are about.
    settings.put("identity.argon2_memory_kib", "7168");
    settings.put("identity.argon2_iterations", "1");
    settings.put("identity.anonymous_tenant", TENANT);
    settings.put("identity.anonymous_per_minute", "1000");
    settings.put("identity.address_failures", "1000");
    settings.put("knowledge.manual", "false");
    settings.put("limits.turns_per_minute", "100000");
    settings.putAll(more);
    TestDatabase database = TestDatabase.create();
    insertTenant(database);
    app = new RunningApp(database, settings, environment);
    superuser = Caller.signIn("root", app.url(), RunningApp.EMAIL, RunningApp.PASSWORD);
    otherTenant =
        superuser
            .api()
            .post("/v1/tenants", Map.of("name", "Lagoa", "token_quota", 1_000_000_000L))
            .get("id")
            .asText();
  }

  private static void insertTenant(TestDatabase database) {
    try (Connection owner = database.owner();
        Statement statement = owner.createStatement()) {
      statement.execute(
          "INSERT INTO tenant (id, name, token_quota) VALUES ('"
              + TENANT
              + "', 'Faro', 1000000000)");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A new user, who signs in. */
  Caller person(String name, String ofTenant, String role) {
    return superuser.make(name, ofTenant, role);
  }

  /** Who has no account. */
  Guest guest() {
    var tokens = dev.mordomo.ApiClient.of(app.url(), "").post("/v1/auth/anonymous", Map.of());
    String token = tokens.get("access_token").asText();
    var me = dev.mordomo.ApiClient.of(app.url(), token).get("/v1/me");
    return new Guest(
        new Caller("guest", app.url(), token, me.get("tenant_id").asText(), me.get("id").asText()),
        tokens.get("refresh_token").asText());
  }

  record Guest(Caller caller, String refreshToken) {}

  int port() {
    return URI.create(app.url()).getPort();
  }

  /** A document in a new collection of this scope. */
  String document(Caller owner, String scope) {
    ApiClient api = owner.api();
    String collection =
        api.post("/v1/collections", Map.of("name", "Letters " + Ids.next(), "scope", scope))
            .get("id")
            .asText();
    return api.post(
            "/v1/collections/" + collection + "/documents",
            Map.of(
                "title",
                "A letter",
                "source",
                "letter.md",
                "content",
                "The bridge is old.",
                "on_duplicate",
                "keep"))
        .get("id")
        .asText();
  }

  @Override
  public void close() {
    app.close();
  }
}
