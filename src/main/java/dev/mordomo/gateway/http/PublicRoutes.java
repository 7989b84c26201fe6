package dev.mordomo.gateway.http;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import java.util.Map;
import java.util.function.Supplier;

/** What is served to anyone: health, metrics, the interface's descriptions and the demo. */
final class PublicRoutes {
  private final Database database;
  private final Supplier<String> metrics;
  private final StaticFiles files = new StaticFiles();

  PublicRoutes(Database database, Supplier<String> metrics) {
    this.database = database;
    this.metrics = metrics;
  }

  /** The process answers. */
  Answer live(Exchange exchange) {
    return Answer.ok(Map.of("status", "up"));
  }

  /** The process can do its work. */
  Answer ready(Exchange exchange) {
    if (!Database.await(database.ping())) {
      throw Failure.of(FailureCode.UNAVAILABLE, "the database does not answer");
    }
    return Answer.ok(Map.of("status", "up", "database", "up"));
  }

  /** In Prometheus' text form. */
  Answer metrics(Exchange exchange) {
    return new Answer.Text(
        200, Map.of("Content-Type", "text/plain; version=0.0.4; charset=utf-8"), metrics.get());
  }

  Answer description(Exchange exchange) {
    return files
        .find("/docs", exchange.request().path(), exchange)
        .orElseThrow(() -> Failure.notFound("the description"));
  }

  /** A file of the demo. */
  Answer file(Exchange exchange) {
    return files
        .find("/web-demo", exchange.request().path(), exchange)
        .orElseThrow(() -> Failure.notFound("this address"));
  }
}
