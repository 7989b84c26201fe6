package dev.mordomo;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another process does, which gives no signal to this one. */
public final class Await {
  private static final long STEP_NANOS = 20_000_000;

  private Await() {}

  /**
   * @throws AssertionError when it is not so within the time
   */
  public static void until(String what, BooleanSupplier condition, Duration within) {
    long deadline = System.nanoTime() + within.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(what + ": not within " + within.toMillis() + " ms");
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
  }
}
