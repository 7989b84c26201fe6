package dev.mordomo.bench;

import dev.mordomo.cluster.Chaos;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * {@code ./mordomo bench chaos [SECONDS] [SEED]}: random faults on three nodes with forty clients.
 */
final class ChaosBench {
  private static final int SECONDS = 60;

  private final Report report;
  private final Duration time;
  private final long seed;

  ChaosBench(Report report, List<String> arguments) {
    this.report = report;
    Effort effort = Effort.of("chaos", arguments, SECONDS);
    this.time = effort.time();
    this.seed = effort.seed();
  }

  /** Writes the report; fails when anything was found. */
  void run(Path folder) throws Exception {
    report.say("seed " + seed + ", " + time.toSeconds() + " s of faults");
    Chaos.Outcome outcome = new Chaos(seed, time).run();
    report.say(outcome.turns());
    report.say(outcome.summary());
    outcome.wrongs().forEach(report::say);
    report.figure("faults", outcome.faults().size(), "");
    report.goal("wrong", outcome.wrongs().size(), "≤", 0);
    report.write(folder);
    if (!outcome.wrongs().isEmpty()) {
      outcome.faults().forEach(report::say);
      throw new AssertionError("bench chaos found something; the same again: seed " + seed);
    }
  }
}
