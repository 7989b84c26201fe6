package dev.mordomo.gateway.http;

import dev.mordomo.gateway.Oversight;
import dev.mordomo.kernel.Failure;
import dev.mordomo.ops.log.LogLevel;
import dev.mordomo.ops.log.LogLine;
import dev.mordomo.ops.log.LogQuery;
import dev.mordomo.ops.log.LogService;

/** What the servers logged. */
final class LogRoutes {
  private static final int LONGEST = 200;

  private final LogService logs;

  LogRoutes(Oversight oversight) {
    this.logs = oversight.logs();
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
