package dev.mordomo.gateway.http;

import static dev.mordomo.gateway.http.Access.ANYONE;
import static dev.mordomo.gateway.http.Route.get;

import java.util.List;

/** Every address, a line each: method, path, who may, handler. */
final class Routes {
  private Routes() {}

  static List<Route> table(PublicRoutes open) {
    return List.of(
        get("/health/live", ANYONE, open::live),
        get("/health/ready", ANYONE, open::ready),
        get("/metrics", ANYONE, open::metrics),
        get("/openapi.yaml", ANYONE, open::description),
        get("/asyncapi.yaml", ANYONE, open::description));
  }
}
