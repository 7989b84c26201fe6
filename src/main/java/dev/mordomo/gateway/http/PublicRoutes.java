package dev.mordomo.gateway.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What is served to anyone: health, metrics, the interface's descriptions and the demo. */
final class PublicRoutes {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private final Database database;
  private final Supplier<String> metrics;
  private final BooleanSupplier stopping;
  private final StaticFiles files = new StaticFiles();
  private final Map<String, Answer> json = new ConcurrentHashMap<>();

  /**
   * @param stopping whether the node takes no new work, and is to be left out by balancers
   */
  PublicRoutes(Database database, Supplier<String> metrics, BooleanSupplier stopping) {
    this.database = database;
    this.metrics = metrics;
    this.stopping = stopping;
  }

  /** The process answers. */
  Answer live(Exchange exchange) {
    return Answer.ok(Map.of("status", "up"));
  }

  /** The process can do its work. */
  Answer ready(Exchange exchange) {
    if (stopping.getAsBoolean()) {
      throw Failure.of(FailureCode.SHUTTING_DOWN, "the server is stopping");
    }
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

  /** The same as JSON, for those who read no YAML. */
  Answer descriptionAsJson(Exchange exchange) {
    String name = exchange.request().path().replace(".json", ".yaml");
    return json.computeIfAbsent(name, PublicRoutes::read);
  }

  private static Answer read(String name) {
    try (InputStream in = PublicRoutes.class.getResourceAsStream("/docs" + name)) {
      if (in == null) {
        throw Failure.notFound("the description");
      }
      return Answer.ok(YAML.readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name + " from the class path", e);
    }
  }

  /** The page that shows both. */
  Answer docs(Exchange exchange) {
    return files
        .find("/web-demo", "/docs/index.html", exchange)
        .orElseThrow(() -> Failure.notFound("the page"));
  }

  /** A file of the demo. */
  Answer file(Exchange exchange) {
    return files
        .find("/web-demo", exchange.request().path(), exchange)
        .orElseThrow(() -> Failure.notFound("this address"));
  }
}
