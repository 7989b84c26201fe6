package dev.mordomo.gateway.http;

import dev.mordomo.gateway.Authenticator;
import dev.mordomo.gateway.Features;
import dev.mordomo.gateway.GatewayConfig;
import dev.mordomo.gateway.RateLimits;
import dev.mordomo.gateway.socket.SocketGateway;
import dev.mordomo.gateway.socket.SocketServices;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Keyring;
import dev.mordomo.kernel.Secret;
import dev.mordomo.privacy.Placeholders;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP server; several instances share the port. Bytes are read and written on the event loop;
 * handlers run on virtual threads.
 */
public final class HttpGateway extends VerticleBase {
  /** Longer than a turn may take: an answer that is given whole has no byte before its end. */
  private static final int IDLE_SECONDS = 330;

  /** A client that does not answer the closing of its socket is cut off after it. */
  private static final int CLOSING_SECONDS = 3;

  /**
   * A message above limits.frame_bytes is read to here, to be refused with a code of the protocol.
   */
  private static final int BROKEN_OFF_BYTES = 4 * 1024 * 1024;

  private static final int HEADER_BYTES = 16 * 1024;
  private static final int FORM_FIELD_BYTES = 64 * 1024;

  /** What the gateway serves. */
  public record Services(
      GatewayConfig config,
      Database database,
      Secret secret,
      Keyring keyring,
      InstantSource clock,
      Authenticator authenticator,
      RateLimits limits,
      SocketServices sockets,
      Supplier<String> metrics) {}

  private final Services services;
  private final List<Route> more;
  private final BooleanSupplier stopping;
  private @Nullable HttpServer server;
  private @Nullable SocketGateway sockets;

  public HttpGateway(Services services, Features features) {
    this(
        services, Routes.table(features, services.limits(), services), features.chat()::isDraining);
  }

  HttpGateway(Services services) {
    this(services, List.of());
  }

  /**
   * @param more routes beside those of the table
   */
  HttpGateway(Services services, List<Route> more) {
    this(services, more, () -> false);
  }

  private HttpGateway(Services services, List<Route> more, BooleanSupplier stopping) {
    this.services = services;
    this.more = List.copyOf(more);
    this.stopping = stopping;
  }

  /** How this verticle is to be deployed. */
  public static DeploymentOptions deployment(GatewayConfig config) {
    return new DeploymentOptions()
        .setThreadingModel(ThreadingModel.EVENT_LOOP)
        .setInstances(config.instances());
  }

  @Override
  public Future<?> start() {
    if (!context.isEventLoopContext()) {
      throw new IllegalStateException("deploy this verticle with HttpGateway.deployment");
    }
    return Work.deploy(vertx).compose(this::listen);
  }

  private Future<HttpServer> listen(Context work) {
    HttpServer http = vertx.createHttpServer(options());
    server = http;
    SocketGateway accepting = new SocketGateway(vertx, work, services.sockets());
    sockets = accepting;
    accepting.start();
    return http.requestHandler(router(work, accepting)).listen();
  }

  @Override
  public Future<?> stop() {
    SocketGateway accepting = sockets;
    if (accepting != null) {
      accepting.stop();
    }
    HttpServer http = server;
    return http == null ? Future.succeededFuture() : http.close();
  }

  /** The port that is listened on; known after the start. */
  public int port() {
    HttpServer http = server;
    return http == null ? 0 : http.actualPort();
  }

  private Router router(Context work, SocketGateway accepting) {
    GatewayConfig config = services.config();
    PublicRoutes open = new PublicRoutes(services.database(), services.metrics(), stopping);
    Idempotency idempotency =
        new Idempotency(
            vertx, new IdempotencyStore(services.database()), services.keyring(), services.clock());
    RouteRunner runner =
        new RouteRunner(
            vertx,
            work,
            services.authenticator(),
            services.limits(),
            config.proxies(),
            new BodyReader(config, work),
            idempotency,
            new Auditing(services.sockets().audit(), config.proxies()),
            new Placeholders(services.secret()));
    List<Route> table = new ArrayList<>(Routes.table(open));
    table.addAll(more);
    return new Mount(runner, config).router(vertx, table, accepting, open::file);
  }

  private HttpServerOptions options() {
    GatewayConfig config = services.config();
    return new HttpServerOptions()
        .setHost(config.host())
        // A negative port is a free one that all instances share.
        .setPort(config.port() == 0 ? -1 : config.port())
        .setIdleTimeout(IDLE_SECONDS)
        .setIdleTimeoutUnit(TimeUnit.SECONDS)
        .setHttp2ClearTextEnabled(false)
        .setMaxHeaderSize(HEADER_BYTES)
        .setMaxFormAttributeSize(FORM_FIELD_BYTES)
        .setHandle100ContinueAutomatically(true)
        .setWebSocketClosingTimeout(CLOSING_SECONDS)
        .setMaxWebSocketFrameSize(Math.max(BROKEN_OFF_BYTES, 2 * config.frameBytes()))
        .setMaxWebSocketMessageSize(Math.max(BROKEN_OFF_BYTES, 2 * config.frameBytes()))
        .setWebSocketSubProtocols(List.of("centrifuge-json"));
  }
}
