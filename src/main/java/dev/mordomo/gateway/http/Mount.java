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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Puts the route table into a router, with what is the answer where no line fits. */
final class Mount {
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
    router.get(SocketGateway.PATH).handler(routing -> upgrade(routing, sockets));
    byPath(table).forEach((path, routes) -> mount(router, path, routes));
    Route rest = Route.get("/*", Access.ANYONE, files);
    router.get().handler(routing -> runner.run(rest, routing));
    router.head().handler(routing -> runner.run(rest, routing));
    router.options().handler(routing -> Headers.preflight(routing.request(), "GET, HEAD, OPTIONS"));
    router.route().handler(routing -> refuse(routing, Failure.notFound("this address")));
    router.errorHandler(
        400, routing -> refuse(routing, Failure.of(FailureCode.MALFORMED, "not a good request")));
    return router;
  }

  private void mount(Router router, String path, List<Route> routes) {
    Set<String> allowed = new TreeSet<>(Set.of("OPTIONS"));
    for (Route route : routes) {
      router.route(route.method(), path).handler(routing -> runner.run(route, routing));
      allowed.add(route.method().name());
      if (route.method().equals(HttpMethod.GET)) {
        router.route(HttpMethod.HEAD, path).handler(routing -> runner.run(route, routing));
        allowed.add("HEAD");
      }
    }
    String allow = String.join(", ", allowed);
    router.options(path).handler(routing -> Headers.preflight(routing.request(), allow));
    router
        .route(path)
        .handler(routing -> {
          routing.response().putHeader("Allow", allow);
          refuse(
              routing, Failure.of(FailureCode.METHOD_NOT_ALLOWED, "this address takes " + allow));
        });
  }

  private void upgrade(RoutingContext routing, SocketGateway sockets) {
    HttpServerRequest request = routing.request();
    if (!request.canUpgradeToWebSocket()) {
      routing.response().putHeader("Upgrade", "websocket").setStatusCode(426).end();
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

  private static Map<String, List<Route>> byPath(List<Route> table) {
    Map<String, List<Route>> paths = new LinkedHashMap<>();
    table.forEach(r -> paths.computeIfAbsent(r.path(), p -> new ArrayList<>()).add(r));
    return paths;
  }
}
