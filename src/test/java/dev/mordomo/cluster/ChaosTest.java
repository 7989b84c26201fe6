package dev.mordomo.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** The short one; {@code ./mordomo bench chaos} is the long one. */
class ChaosTest {
  private static final Duration TIME = Duration.ofSeconds(20);

  @Test
  void nothingIsLostDoubledOrLeftRunningWhateverBreaks() throws Exception {
    long seed =
        Optional.ofNullable(System.getenv("MORDOMO_TEST_CHAOS_SEED"))
            .map(Long::parseLong)
            .orElseGet(() -> ThreadLocalRandom.current().nextLong(1_000_000));
    System.out.println("chaos: MORDOMO_TEST_CHAOS_SEED=" + seed);
    Chaos.Outcome outcome = new Chaos(seed, TIME).run();
    System.out.println("chaos: " + outcome.turns() + "; " + outcome.summary());
    assertTrue(
        outcome.wrongs().isEmpty(),
        () ->
            "seed "
                + seed
                + "\n"
                + String.join("\n", outcome.wrongs())
                + "\nwhat was done:\n"
                + String.join("\n", outcome.faults()));
    assertTrue(!outcome.faults().isEmpty());
  }
}
