package dev.mordomo.gateway.socket;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the upgrade at {@code /v1/ws}. One for each verticle, on its context. */
public final class SocketGateway {
  /** Where sockets are opened. */
  public static final String PATH = "/v1/ws";

  private static final Logger LOG = LoggerFactory.getLogger(SocketGateway.class);
  private static final long TICK_MILLIS = 1_000;

  private final Vertx vertx;
  private final SocketServices services;
  private final Set<Session> open = new HashSet<>();
  private long second;
  private long timer = -1;

  public SocketGateway(Vertx vertx, SocketServices services) {
    this.vertx = vertx;
    this.services = services;
  }

  /** Begins to tick, on the verticle's context. */
  public void start() {
    timer = vertx.setPeriodic(TICK_MILLIS, id -> tick());
  }

  public void stop() {
    vertx.cancelTimer(timer);
    services.sessions().closeAll();
  }

  private void tick() {
    second++;
    for (Session session : new ArrayList<>(open)) {
      session.tick(second);
    }
  }

  /**
   * Whether a page of the request's origin may open a socket. What is no browser sends no origin.
   */
  public boolean admits(HttpServerRequest request) {
    String origin = request.getHeader("Origin");
    return origin == null
        || services
            .config()
            .mayCall(origin, Optional.ofNullable(request.getHeader("Host")).orElse(""));
  }

  /** Upgrades a request; the token comes in its connect command or as {@code Authorization}. */
  public void accept(HttpServerRequest request) {
    String header = request.getHeader("Authorization");
    Optional<String> token =
        header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)
            ? Optional.of(header.substring(7).strip())
            : Optional.empty();
    ServerWebSocket socket;
    try {
      // Awaited, not listened to: what awaits goes on before the tasks that wait in the context's
      // queue, of which the first frame may be one. A listener would come after it, and miss it.
      socket = request.toWebSocket().await();
    } catch (RuntimeException e) {
      LOG.debug("an upgrade failed", e);
      return;
    }
    serve(socket, token);
  }

  private void serve(ServerWebSocket socket, Optional<String> token) {
    Context context = vertx.getOrCreateContext();
    Session session = new Session(services, context, socket, token, second);
    open.add(session);
    socket.textMessageHandler(session::receive);
    socket.binaryMessageHandler(bytes -> session.receiveBinary());
    socket.exceptionHandler(e -> LOG.debug("a socket broke", e));
    socket.closeHandler(ignored -> {
      open.remove(session);
      session.gone();
    });
  }
}
