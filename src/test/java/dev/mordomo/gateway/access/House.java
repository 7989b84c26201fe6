package dev.mordomo.gateway.access;

import dev.mordomo.RunningApp;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;

/** A running server with people of every role in two tenants. */
final class House implements AutoCloseable {
  final RunningApp app;

  /** The operator of the installation, in a tenant of its own. */
  final Caller superuser;

  final String tenant;
  final String otherTenant;

  House() {
    this(Map.of());
  }

  House(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>();
    // Many sign in at once here, and what a hash costs is not what these tests are about.
    settings.put("identity.argon2_memory_kib", "7168");
    settings.put("identity.argon2_iterations", "1");
    settings.put("knowledge.manual", "false");
    settings.put("limits.turns_per_minute", "100000");
    settings.putAll(more);
    app = new RunningApp(settings);
    superuser = Caller.signIn("root", app.url(), RunningApp.EMAIL, RunningApp.PASSWORD);
    tenant = tenant("Faro");
    otherTenant = tenant("Lagoa");
  }

  private String tenant(String name) {
    return superuser
        .api()
        .post("/v1/tenants", Map.of("name", name, "token_quota", 1_000_000_000L))
        .get("id")
        .asText();
  }

  /** A new user, who signs in. */
  Caller person(String name, String ofTenant, String role) {
    return superuser.make(name, ofTenant, role);
  }

  int port() {
    return URI.create(app.url()).getPort();
  }

  @Override
  public void close() {
    app.close();
  }
}
