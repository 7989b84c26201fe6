package dev.mordomo.ops.log;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Lines that wait to be written. Putting one in never waits. */
final class LogQueue {
  private final ArrayBlockingQueue<LogLine> waiting;
  private final AtomicLong lost = new AtomicLong();

  LogQueue(int size) {
    waiting = new ArrayBlockingQueue<>(size);
  }

  /** The line is lost when the queue is full. */
  void put(LogLine line) {
    if (!waiting.offer(line)) {
      lost.incrementAndGet();
    }
  }

  /** The oldest lines, taken out. */
  List<LogLine> take(int most) {
    List<LogLine> lines = new ArrayList<>();
    waiting.drainTo(lines, most);
    return lines;
  }

  /** How many lines were lost since this was asked last. */
  long lost() {
    return lost.getAndSet(0);
  }
}
