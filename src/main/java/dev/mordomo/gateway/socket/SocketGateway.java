package dev.mordomo.gateway.socket;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the upgrade at {@code /v1/ws}. One for each verticle.
 *
 * <p>Sockets live on the event loop: an upgrade on another thread can lose the first frame, since
 * the client may answer before the pipeline is changed. What frames ask for is done on a
 * virtual-thread context, a session's frames in their order.
 */
public final class SocketGateway {
  /** Where sockets are opened. */
  public static final String PATH = "/v1/ws";

  private static final Logger LOG = LoggerFactory.getLogger(SocketGateway.class);
  private static final long TICK_MILLIS = 1_000;

  /** So many frames of a socket may wait; then it is not read from for a while. */
  private static final int MOST_FRAMES = 64;

  private final Vertx vertx;
  private final Context work;
  private final SocketServices services;

  /** On the work context. */
  private final Set<Session> open = new HashSet<>();

  private long timer = -1;

  /**
   * @param work a virtual-thread context
   */
  public SocketGateway(Vertx vertx, Context work, SocketServices services) {
    this.vertx = vertx;
    this.work = work;
    this.services = services;
  }

  /** Begins to tick. */
  public void start() {
    timer = vertx.setPeriodic(TICK_MILLIS, id -> work.runOnContext(ignored -> tick()));
  }

  public void stop() {
    vertx.cancelTimer(timer);
    services.sessions().closeAll();
  }

  private void tick() {
    long second = second();
    for (Session session : new ArrayList<>(open)) {
      session.tick(second);
    }
  }

  /** A steady clock; what is due on sockets is told in its seconds. */
  private static long second() {
    return System.nanoTime() / 1_000_000_000L;
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
    request
        .toWebSocket()
        .onSuccess(socket -> serve(socket, token))
        .onFailure(e -> LOG.debug("an upgrade failed", e));
  }

  private void serve(ServerWebSocket socket, Optional<String> token) {
    Session session = new Session(services, work, socket, token, second());
    AtomicInteger frames = new AtomicInteger();
    work.runOnContext(ignored -> open.add(session));
    socket.textMessageHandler(frame -> {
      if (frames.incrementAndGet() == MOST_FRAMES) {
        socket.pause();
      }
      work.runOnContext(ignored -> {
        session.receive(frame);
        if (frames.decrementAndGet() == MOST_FRAMES / 2) {
          socket.resume();
        }
      });
    });
    socket.binaryMessageHandler(bytes -> session.close(CloseCode.BAD_REQUEST));
    socket.exceptionHandler(e -> LOG.debug("a socket broke", e));
    socket.closeHandler(closed ->
        work.runOnContext(ignored -> {
          open.remove(session);
          session.gone();
        }));
  }
}
