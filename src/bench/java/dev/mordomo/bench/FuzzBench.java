package dev.mordomo.bench;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.mordomo.bench.Growth.Of;
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
 * found, when memory, threads, connections or open files grow from round to round, and when there
 * were too few rounds to tell.
 */
final class FuzzBench {
  private static final int SECONDS = 120;
  private static final int PARTS = 4;
  private static final int WARM_ROUNDS = 20;
  private static final int MEASURED_EVERY = 10;
  private static final double MEGABYTE = 1024 * 1024;

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
    Growth growth = new Growth();
    int rounds = 0;
    try (InterfaceFuzz fuzz = new InterfaceFuzz(seed)) {
      long until = System.nanoTime() + lasting.toNanos();
      while (System.nanoTime() < until) {
        wrong.addAll(fuzz.round());
        rounds++;
        if (rounds >= WARM_ROUNDS && rounds % MEASURED_EVERY == 0) {
          measure(fuzz, growth);
        }
      }
      report.say(rounds + " rounds; answers by status: " + fuzz.statuses());
    }
    report.figure("rounds over all operations", rounds, "");
    growth.report(report);
    wrong.addAll(growth.wrong());
  }

  private static void measure(InterfaceFuzz fuzz, Growth growth) {
    System.gc();
    growth.add(
        Of.HEAP, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MEGABYTE);
    growth.add(Of.THREADS, ManagementFactory.getThreadMXBean().getThreadCount());
    growth.add(Of.CONNECTIONS, fuzz.connectionsInUse());
    growth.add(
        Of.DESCRIPTORS,
        (double)
            ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
                .getOpenFileDescriptorCount());
  }
}
