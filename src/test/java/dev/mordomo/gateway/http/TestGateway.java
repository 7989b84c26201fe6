package dev.mordomo.gateway.http;

import dev.mordomo.gateway.AuditTrail;
import dev.mordomo.gateway.Authenticator;
import dev.mordomo.gateway.GatewayConfig;
import dev.mordomo.gateway.RateConfig;
import dev.mordomo.gateway.RateLimits;
import dev.mordomo.gateway.RateStore;
import dev.mordomo.gateway.socket.Hub;
import dev.mordomo.gateway.socket.Presence;
import dev.mordomo.gateway.socket.RpcTable;
import dev.mordomo.gateway.socket.Sessions;
import dev.mordomo.gateway.socket.SocketServices;
import dev.mordomo.identity.CredentialKind;
import dev.mordomo.identity.Principal;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Settings;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.privacy.Placeholders;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
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
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** A gateway on a free port, in front of a database of its own; tokens are what the test says. */
public final class TestGateway implements AutoCloseable {
  public static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

  public final TestDatabase db = TestDatabase.create();
  public final Map<String, Principal> tokens = new ConcurrentHashMap<>();
  public final Clock clock = new Clock();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  public final RpcTable rpc = new RpcTable();
  public final Streams streams;
  public final Hub hub;
  public final Sessions sessions;
  private final int port;

  /** A clock that a test moves. */
  public static final class Clock implements InstantSource {
    public volatile Instant now = NOW;

    @Override
    public Instant instant() {
      return now;
    }
  }

  public TestGateway(Map<String, String> settings) {
    this(settings, List.of());
  }

  static RateLimits limits(TestDatabase db, Map<String, String> settings, InstantSource clock) {
    return new RateLimits(
        RateConfig.from(Settings.of(settings, Map.of())), new RateStore(db.database()), clock);
  }

  TestGateway(Map<String, String> settings, List<Route> routes) {
    Map<String, String> all = new java.util.HashMap<>(settings);
    all.put("gateway.port", "0");
    all.put("gateway.instances", "2");
    GatewayConfig config = GatewayConfig.from(Settings.of(all, Map.of()));
    Bus bus = new Bus(db.vertx());
    streams = new Streams(db.database(), bus);
    hub = new Hub(db.vertx(), bus, streams);
    hub.start();
    sessions = new Sessions(config.socketsPerUser());
    SocketServices sockets =
        new SocketServices(
            config,
            clock,
            this::authenticate,
            hub,
            streams,
            sessions,
            new Presence(db.vertx(), bus, hub, () -> 1),
            rpc,
            limits(db, all, clock),
            new AuditTrail(db.database(), clock),
            scope -> Map.of("user_id", scope.userId(), "pending_reminders", List.of()),
            new Placeholders(TestDatabase.SECRET));
    var services =
        new HttpGateway.Services(
            config,
            db.database(),
            TestDatabase.SECRET,
            db.keyring(),
            clock,
            this::authenticate,
            limits(db, all, clock),
            sockets,
            () -> "up 1\n");
    HttpGateway[] last = new HttpGateway[1];
    db.vertx()
        .deployVerticle(
            () -> last[0] = new HttpGateway(services, routes), HttpGateway.deployment(config))
        .await();
    port = last[0].port();
  }

  /** Sockets for a gateway whose test opens none. */
  static SocketServices sockets(
      TestDatabase db, GatewayConfig config, InstantSource clock, Authenticator authenticator) {
    Bus bus = new Bus(Vertx.vertx());
    Streams streams = new Streams(db.database(), bus);
    Hub hub = new Hub(db.vertx(), bus, streams);
    return new SocketServices(
        config,
        clock,
        authenticator,
        hub,
        streams,
        new Sessions(config.socketsPerUser()),
        new Presence(db.vertx(), bus, hub, () -> 1),
        new RpcTable(),
        limits(db, Map.of(), clock),
        new AuditTrail(db.database(), clock),
        scope -> Map.of(),
        new Placeholders(TestDatabase.SECRET));
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
  public Scope user(String role) {
    Scope scope = db.tenantWithUser(role);
    tokens.put(token(scope), principal(scope, Optional.empty()));
    return scope;
  }

  /** A new conversation of a user's, in which nothing was said. */
  public UUID conversation(Scope scope) {
    UUID id = Ids.next();
    db.database()
        .as(
            scope,
            connection ->
                Database.run(
                    connection,
                    "INSERT INTO conversation (id, tenant_id, user_id, started_at, last_message_at)"
                        + " VALUES ($1, $2, $3, now(), now())",
                    Tuple.of(id, scope.tenantId(), scope.userId())));
    return id;
  }

  public static Principal principal(Scope scope, Optional<Instant> expires) {
    CredentialKind kind = expires.isPresent() ? CredentialKind.JWT : CredentialKind.API_KEY;
    return new Principal(scope, kind, expires, token(scope));
  }

  public static String token(Scope scope) {
    return scope.userId().toString();
  }

  public int port() {
    return port;
  }

  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  public HttpRequest.Builder as(Scope scope, String path) {
    return request(path).header("Authorization", "Bearer " + token(scope));
  }

  public static HttpRequest.Builder json(HttpRequest.Builder request, String body) {
    return request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
  }

  public HttpResponse<String> send(HttpRequest.Builder request) {
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
