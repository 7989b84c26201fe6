package dev.mordomo.ops.log;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The server's own lines that wait to be written. Putting one in never waits. */
final class LogQueue {
  private final LineQueue waiting;
  private final AtomicLong lost = new AtomicLong();

  /**
   * @param lines how many may wait
   * @param bytes about how much memory they may take
   */
  LogQueue(int lines, long bytes) {
    waiting = new LineQueue(lines, bytes);
  }

  /** The line is lost when there is no room for it. */
  void put(LogLine line) {
    if (!waiting.offer(line)) {
      lost.incrementAndGet();
    }
  }

  /** The oldest lines, taken out. */
  List<LogLine> take(int most) {
    return waiting.take(most);
  }

  /** How many lines were lost since this was asked last. */
  long lost() {
    return lost.getAndSet(0);
  }
}
