package dev.mordomo.kernel;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Stands still until it is moved. */
public final class MovableClock implements InstantSource {
  private volatile Instant now;

  public MovableClock(Instant start) {
    this.now = start;
  }

  @Override
  public Instant instant() {
    return now;
  }

  public void set(Instant to) {
    now = to;
  }

  public synchronized void advance(Duration by) {
    now = now.plus(by);
  }
}
