package dev.mordomo.gateway.http;

import dev.mordomo.gateway.Fields;
import dev.mordomo.gateway.Oversight;
import dev.mordomo.kernel.Failure;
import dev.mordomo.ops.log.LogLevel;
import dev.mordomo.ops.log.LogLine;
import dev.mordomo.ops.log.LogQuery;
import dev.mordomo.ops.log.LogService;
import java.util.Map;
import java.util.Optional;

/** What the servers logged, and what devices and containers post. */
final class LogRoutes {
  private static final int LONGEST = 200;
  private static final int LONGEST_MESSAGE = 8_000;
  private static final int METADATA = 16_384;

  private final LogService logs;

  LogRoutes(Oversight oversight) {
    this.logs = oversight.logs();
  }

  /** A line of a device or a container. */
  Answer post(Exchange exchange) {
    Fields fields = exchange.fields();
    String level = fields.requiredChoice("level", LogLevel.wires());
    String source = fields.text("source", 1, LONGEST);
    String message = fields.text("message", 1, LONGEST_MESSAGE);
    Optional<Map<String, Object>> metadata = fields.map("metadata", METADATA);
    fields.verify();
    return Answer.accepted(
        logs.post(
            exchange.scope(), LogLevel.valueOf(level), source, message, metadata.orElse(Map.of())));
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
