package dev.mordomo.gateway.http;

import dev.mordomo.gateway.GatewayConfig;
import dev.mordomo.identity.CredentialKind;
import dev.mordomo.identity.Principal;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Settings;
import dev.mordomo.kernel.TestDatabase;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A gateway on a free port, in front of a database of its own; tokens are what the test says. */
final class TestGateway implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

  final TestDatabase db = TestDatabase.create();
  final Map<String, Principal> tokens = new ConcurrentHashMap<>();
  final Clock clock = new Clock();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final int port;

  /** A clock that a test moves. */
  static final class Clock implements InstantSource {
    volatile Instant now = NOW;

    @Override
    public Instant instant() {
      return now;
    }
  }

  TestGateway(Map<String, String> settings, List<Route> routes) {
    Map<String, String> all = new java.util.HashMap<>(settings);
    all.put("gateway.port", "0");
    all.put("gateway.instances", "2");
    GatewayConfig config = GatewayConfig.from(Settings.of(all, Map.of()));
    var services =
        new HttpGateway.Services(
            config, db.database(), TestDatabase.SECRET, clock, this::authenticate, () -> "up 1\n");
    HttpGateway[] last = new HttpGateway[1];
    db.vertx()
        .deployVerticle(
            () -> last[0] = new HttpGateway(services, routes), HttpGateway.deployment(config))
        .await();
    port = last[0].port();
  }

  private Future<Principal> authenticate(String token) {
    Principal known = tokens.get(token);
    if (known != null) {
      return Future.succeededFuture(known);
    }
    FailureCode code =
        token.startsWith("expired") ? FailureCode.TOKEN_EXPIRED : FailureCode.UNAUTHENTICATED;
    return Future.failedFuture(Failure.of(code, "not a good token"));
  }

  /** A new user of a new tenant; the token is the user's id. */
  Scope user(String role) {
    Scope scope = db.tenantWithUser(role);
    tokens.put(token(scope), principal(scope, Optional.empty()));
    return scope;
  }

  static Principal principal(Scope scope, Optional<Instant> expires) {
    CredentialKind kind = expires.isPresent() ? CredentialKind.JWT : CredentialKind.API_KEY;
    return new Principal(scope, kind, expires, token(scope));
  }

  static String token(Scope scope) {
    return scope.userId().toString();
  }

  int port() {
    return port;
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  HttpRequest.Builder as(Scope scope, String path) {
    return request(path).header("Authorization", "Bearer " + token(scope));
  }

  static HttpRequest.Builder json(HttpRequest.Builder request, String body) {
    return request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    client.close();
    db.close();
  }
}
