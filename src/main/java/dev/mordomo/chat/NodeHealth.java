package dev.mordomo.chat;

import java.time.Duration;

/**
 * Whether this node may judge others by their leases. After the database was away, or after this
 * node stood still, every lease looks as if it had ended: it waits for one lease of steady beats,
 * in which whoever is alive has renewed.
 */
final class NodeHealth {
  private final long lease;
  private long last;
  private long steadySince;

  /**
   * @param now in the clock of {@link System#nanoTime}
   */
  NodeHealth(Duration lease, long now) {
    this.lease = lease.toNanos();
    this.last = now;
    this.steadySince = now;
  }

  /**
   * This node has renewed its own lease.
   *
   * @return whether it may judge others
   */
  synchronized boolean beat(long now) {
    if (now - last > lease) {
      steadySince = now;
    }
    last = now;
    return isSteady();
  }

  synchronized boolean isSteady() {
    return last - steadySince >= lease;
  }
}
