package dev.mordomo.gateway.http;

import dev.mordomo.gateway.GatewayConfig;
import dev.mordomo.gateway.socket.SocketGateway;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Puts the route table into a router, with what is the answer where no line fits. */
final class Mount {
  private static final String MODELS = "/v1/models/";

  private final RouteRunner runner;
  private final GatewayConfig config;

  Mount(RouteRunner runner, GatewayConfig config) {
    this.runner = runner;
    this.config = config;
  }

  /**
   * @param files serves every other GET
   */
  Router router(Vertx vertx, List<Route> table, SocketGateway sockets, Route.Handler files) {
    Router router = Router.router(vertx);
    router
        .route()
        .handler(routing -> {
          Headers.preface(routing.request(), config);
          routing.next();
        });
    router.routeWithRegex(MODELS + "[^/]+/.+").handler(Mount::oneSegment);
    router.get(SocketGateway.PATH).handler(routing -> upgrade(routing, sockets));
    mount(router, table);
    Route rest = Route.get("/*", Access.ANYONE, files);
    router.get().handler(routing -> runner.run(rest, routing));
    router.head().handler(routing -> runner.run(rest, routing));
    router.options().handler(routing -> Headers.preflight(routing.request(), "GET, HEAD, OPTIONS"));
    router.route().handler(routing -> refuse(routing, Failure.notFound("this address")));
    router.errorHandler(
        400, routing -> refuse(routing, Failure.of(FailureCode.MALFORMED, "not a good request")));
    return router;
  }

  /**
   * One line of the router a path, and none for a path without parameters: the router asks each of
   * its lines in turn, which took a tenth of the processor time of a search when there were four
   * for each path.
   */
  private void mount(Router router, List<Route> table) {
    Map<String, Methods> paths = new LinkedHashMap<>();
    table.forEach(r -> paths.computeIfAbsent(r.path(), path -> new Methods()).add(r));
    Map<String, Methods> literal = new HashMap<>(paths);
    literal.keySet().removeIf(path -> path.contains(":"));
    router
        .route()
        .handler(routing -> {
          String path = routing.normalizedPath();
          Methods methods = literal.get(path);
          if (methods == null && path.endsWith("/")) {
            methods = literal.get(path.substring(0, path.length() - 1));
          }
          if (methods == null) {
            routing.next();
          } else {
            methods.handle(routing);
          }
        });
    paths.keySet().removeAll(literal.keySet());
    paths.forEach((path, methods) -> router.route(path).handler(methods::handle));
  }

  /** The name of a model has slashes, which not every client encodes. */
  private static void oneSegment(RoutingContext routing) {
    String name = routing.normalizedPath().substring(MODELS.length());
    routing.reroute(MODELS + name.replace("/", "%2F"));
  }

  /** What a path answers to. */
  private final class Methods {
    private final Map<HttpMethod, Route> routes = new LinkedHashMap<>();
    private String allow = "OPTIONS";

    void add(Route route) {
      routes.putIfAbsent(route.method(), route);
      if (route.method().equals(HttpMethod.GET)) {
        routes.putIfAbsent(HttpMethod.HEAD, route);
      }
      Set<String> allowed = new TreeSet<>(Set.of("OPTIONS"));
      routes.keySet().forEach(method -> allowed.add(method.name()));
      allow = String.join(", ", allowed);
    }

    void handle(RoutingContext routing) {
      HttpMethod method = routing.request().method();
      Route route = routes.get(method);
      if (route != null) {
        runner.run(route, routing);
      } else if (method.equals(HttpMethod.OPTIONS)) {
        Headers.preflight(routing.request(), allow);
      } else {
        routing.response().putHeader("Allow", allow);
        refuse(routing, Failure.of(FailureCode.METHOD_NOT_ALLOWED, "this address takes " + allow));
      }
    }
  }

  private void upgrade(RoutingContext routing, SocketGateway sockets) {
    HttpServerRequest request = routing.request();
    if (!request.canUpgradeToWebSocket()) {
      routing.response().putHeader("Upgrade", "websocket");
      refuse(
          routing,
          Failure.of(FailureCode.UPGRADE_REQUIRED, "this address is a WebSocket's; see /docs"));
    } else if (!sockets.admits(request)) {
      refuse(routing, Failure.of(FailureCode.FORBIDDEN, "not from this origin"));
    } else {
      sockets.accept(request);
    }
  }

  private void refuse(RoutingContext routing, Failure failure) {
    String requestId = Headers.requestId(routing.request());
    runner.write(routing.request(), Problem.of(failure, requestId));
  }
}
