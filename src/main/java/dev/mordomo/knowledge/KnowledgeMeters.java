package dev.mordomo.knowledge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What this package tells of itself to whoever reads the metrics. */
final class KnowledgeMeters {
  private final Map<SearchMode, Timer> searches = new EnumMap<>(SearchMode.class);
  private final Timer reranked;
  private final Counter rerankFailures;
  private final AtomicLong backfillDone = new AtomicLong();
  private final AtomicLong backfillTotal = new AtomicLong();
  private final AtomicLong backfillRunning = new AtomicLong();

  KnowledgeMeters(MeterRegistry registry) {
    for (SearchMode mode : SearchMode.values()) {
      searches.put(
          mode,
          Timer.builder("mordomo.search")
              .description("Searches, from the request to the last row, embedding included.")
              .tag("mode", mode.wire())
              .serviceLevelObjectives(
                  Duration.ofMillis(5),
                  Duration.ofMillis(10),
                  Duration.ofMillis(25),
                  Duration.ofMillis(50),
                  Duration.ofMillis(100),
                  Duration.ofMillis(250),
                  Duration.ofSeconds(1),
                  Duration.ofSeconds(5))
              .register(registry));
    }
    reranked =
        Timer.builder("mordomo.rerank")
            .description("Searches whose hits were reranked, and the time that took.")
            .register(registry);
    rerankFailures =
        Counter.builder("mordomo.rerank.failures")
            .description("Searches that kept their order because the reranker failed.")
            .register(registry);
    gauge(
        registry,
        "mordomo.backfill.running",
        "1 while this server fills the index for another embedding model.",
        backfillRunning);
    gauge(
        registry,
        "mordomo.backfill.done",
        "Passages that have their vector of the model that the index is filled for.",
        backfillDone);
    gauge(registry, "mordomo.backfill.total", "Passages that are to have one.", backfillTotal);
  }

  private static void gauge(MeterRegistry registry, String name, String about, AtomicLong value) {
    Gauge.builder(name, value, AtomicLong::doubleValue).description(about).register(registry);
  }

  void searched(SearchMode mode, long nanos) {
    Timer timer = searches.get(mode);
    if (timer != null) {
      timer.record(nanos, TimeUnit.NANOSECONDS);
    }
  }

  void reranked(long nanos) {
    reranked.record(nanos, TimeUnit.NANOSECONDS);
  }

  void rerankFailed() {
    rerankFailures.increment();
  }

  void backfill(long done, long total) {
    backfillRunning.set(1);
    backfillDone.set(done);
    backfillTotal.set(total);
  }

  /** Done, or broken off. */
  void backfillOver() {
    backfillRunning.set(0);
  }
}
