package dev.mordomo.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Parsers of what comes from outside, under a fuzzer that follows their branches. */
class CoverageFuzzTest {
  private static final int RUNS = 50_000;
  private static final long SEED = 1;

  @ParameterizedTest
  @EnumSource
  void noInputBreaksIt(CoverageFuzz fuzz) throws Exception {
    CoverageFuzz.Outcome outcome = fuzz.runs(RUNS, SEED);
    assertFalse(outcome.found(), outcome::output);
    // That it ran at all, and learnt something.
    assertTrue(outcome.output().contains("NEW"), outcome::output);
    assertTrue(outcome.summary().contains("DONE"), outcome::output);
  }
}
