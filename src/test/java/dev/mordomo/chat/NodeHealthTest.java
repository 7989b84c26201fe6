package dev.mordomo.chat;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class NodeHealthTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  @Test
  void aNodeJudgesOthersOnlyAfterALeaseOfSteadyBeats() {
    NodeHealth health = new NodeHealth(Duration.ofSeconds(3), 0);
    assertFalse(health.beat(SECOND));
    assertFalse(health.beat(2 * SECOND));
    assertTrue(health.beat(3 * SECOND));
    assertTrue(health.beat(6 * SECOND), "a beat that is late, but within the lease");
    // The database was away, or this node stood still: nobody could renew, or it did not see it.
    assertFalse(health.beat(10 * SECOND));
    assertFalse(health.beat(12 * SECOND));
    assertTrue(health.beat(13 * SECOND));
  }
}
