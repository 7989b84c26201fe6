package dev.mordomo.bench;

import dev.mordomo.fuzz.CoverageFuzz;
import dev.mordomo.gateway.access.InterfaceFuzz;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code ./mordomo bench fuzz [SECONDS] [SEED]}: half of the time requests and frames that are
 * nearly as described, half of it a coverage-guided fuzzer on the parsers. Fails when something is
 * found, or when memory or threads grow from round to round.
 */
final class FuzzBench {
  private static final int SECONDS = 120;
  private static final int PARTS = 4;
  private static final int WARM_ROUNDS = 20;
  private static final int MEASURED_EVERY = 10;
  private static final int LEAST_MEASURES = 6;
  private static final double MEGABYTE = 1024 * 1024;
  private static final double MOST_GROWTH = 1.15;
  private static final int MOST_THREADS = 8;

  private final Report report;
  private final Duration time;
  private final long seed;
  private final List<String> wrong = new ArrayList<>();

  FuzzBench(Report report, List<String> arguments) {
    this.report = report;
    Effort effort = Effort.of("fuzz", arguments, SECONDS);
    this.time = effort.time();
    this.seed = effort.seed();
  }

  /** Writes the report; fails when anything was found. */
  void run(Path folder) throws IOException, InterruptedException {
    report.say("seed " + seed + ", " + time.toSeconds() + " s");
    for (CoverageFuzz fuzz : CoverageFuzz.values()) {
      CoverageFuzz.Outcome outcome = fuzz.lasting(time.dividedBy(PARTS), seed);
      report.say(fuzz + ": " + outcome.summary());
      if (outcome.found()) {
        Path kept = folder.resolve("fuzz-" + fuzz + ".txt");
        Files.writeString(kept, outcome.output());
        wrong.add(fuzz + ": see " + kept);
      }
    }
    interfaces(time.dividedBy(2));
    wrong.stream().distinct().limit(50).forEach(report::say);
    report.goal("wrong", wrong.size(), "≤", 0);
    report.write(folder);
    if (!wrong.isEmpty()) {
      throw new AssertionError("bench fuzz found something; the same again: seed " + seed);
    }
  }

  private void interfaces(Duration lasting) {
    List<Double> heap = new ArrayList<>();
    List<Double> threads = new ArrayList<>();
    int rounds = 0;
    try (InterfaceFuzz fuzz = new InterfaceFuzz(seed)) {
      long until = System.nanoTime() + lasting.toNanos();
      while (System.nanoTime() < until) {
        wrong.addAll(fuzz.round());
        rounds++;
        if (rounds >= WARM_ROUNDS && rounds % MEASURED_EVERY == 0) {
          System.gc();
          heap.add(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MEGABYTE);
          threads.add((double) ManagementFactory.getThreadMXBean().getThreadCount());
        }
      }
      report.say(rounds + " rounds; answers by status: " + fuzz.statuses());
    }
    report.figure("rounds over all operations", rounds, "");
    if (heap.size() < LEAST_MEASURES) {
      report.say("too few rounds to tell whether memory grows; give it more seconds");
      return;
    }
    double grown = late(heap) / early(heap);
    report.figure("heap after collection, early", early(heap), "MB");
    report.figure("heap after collection, late", late(heap), "MB");
    if (grown > MOST_GROWTH) {
      wrong.add("the heap grows: " + heap);
    }
    if (late(threads) > early(threads) + MOST_THREADS) {
      wrong.add("threads stay: " + threads);
    }
  }

  /** The median of the first third. */
  private static double early(List<Double> measures) {
    return median(measures.subList(0, measures.size() / 3));
  }

  /** The median of the last third. */
  private static double late(List<Double> measures) {
    return median(measures.subList(measures.size() - measures.size() / 3, measures.size()));
  }

  private static double median(List<Double> measures) {
    return measures.stream().sorted().skip(measures.size() / 2).findFirst().orElseThrow();
  }
}
