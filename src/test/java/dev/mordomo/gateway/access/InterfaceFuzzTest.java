package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mordomo.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Whatever is asked: no 5xx, every error with a stable code and nothing of the inside, an answer in
 * time, no event loop blocked, every connection given back. {@code ./mordomo bench fuzz} does the
 * same for as long as one likes.
 */
class InterfaceFuzzTest {
  private static final int ROUNDS = 8;
  private static final long SEED = 20_261;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Test
  void nothingThatIsNearlyValidBreaksTheServer() {
    List<String> wrong = new ArrayList<>();
    try (InterfaceFuzz fuzz = new InterfaceFuzz(SEED)) {
      for (int round = 0; round < ROUNDS; round++) {
        wrong.addAll(fuzz.round());
      }
      Await.until(
          "every connection to the database is given back",
          () -> fuzz.connectionsInUse() == 0,
          PATIENCE);
    }
    assertEquals(List.of(), wrong, "seed " + SEED);
  }
}
