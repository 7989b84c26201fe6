package dev.mordomo.gateway.http;

import dev.mordomo.gateway.Fields;
import dev.mordomo.gateway.Oversight;
import dev.mordomo.gateway.RateLimits;
import dev.mordomo.kernel.Failure;
import dev.mordomo.ops.log.LogLevel;
import dev.mordomo.ops.log.LogLine;
import dev.mordomo.ops.log.LogQuery;
import dev.mordomo.ops.log.LogService;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What the servers logged, and what devices and containers post. */
final class LogRoutes {
  private static final int LONGEST = 200;
  private static final int LONGEST_MESSAGE = 8_000;
  private static final int METADATA = 16_384;

  /** How the server's own begin. */
  private static final String OWN = "dev.mordomo";

  private final LogService logs;
  private final RateLimits limits;

  LogRoutes(Oversight oversight, RateLimits limits) {
    this.logs = oversight.logs();
    this.limits = limits;
  }

  /** A posted line for whoever posted it: the machines' names are the superuser's to know. */
  record Posted(
      UUID id,
      Instant at,
      LogLevel level,
      String source,
      String message,
      Map<String, Object> metadata,
      Optional<UUID> tenantId,
      Optional<UUID> userId) {
    static Posted of(LogLine line) {
      return new Posted(
          line.id(),
          line.at(),
          line.level(),
          line.source(),
          line.message(),
          line.metadata(),
          line.tenantId(),
          line.userId());
    }
  }

  /** A line of a device or a container. */
  Answer post(Exchange exchange) {
    limits.logLine(exchange.scope());
    Fields fields = exchange.fields();
    String level = fields.requiredChoice("level", LogLevel.wires());
    String source = fields.text("source", 1, LONGEST);
    String message = fields.text("message", 1, LONGEST_MESSAGE);
    Optional<Map<String, Object>> metadata = fields.map("metadata", METADATA);
    if (source.strip().toLowerCase(Locale.ROOT).startsWith(OWN)) {
      fields.refuse("source", "expected another beginning than " + OWN + ", the server's own");
    }
    fields.verify();
    return Answer.accepted(
        Posted.of(
            logs.post(
                exchange.scope(),
                LogLevel.valueOf(level),
                source,
                message,
                metadata.orElse(Map.of()))));
  }

  /** Newest first. */
  Answer list(Exchange exchange) {
    Query query = exchange.query();
    Page page = Page.of(query);
    LogQuery wanted =
        new LogQuery(
            query.choice("level", LogLevel.wires()).map(LogLevel::valueOf),
            query.text("source"),
            query.text("text"),
            query.time("from"),
            query.time("to"));
    if (wanted.text().filter(t -> t.length() > LONGEST).isPresent()) {
      throw Failure.invalid("text", "expected at most " + LONGEST + " characters");
    }
    return page.answer(
        logs.list(exchange.scope(), wanted, page.after(), page.oneMore()), LogLine::id);
  }
}
