package dev.mordomo.ops.log;

import dev.mordomo.kernel.Json;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Lines that wait to be written, bounded by their number and by the memory that they take. Nothing
 * here waits.
 */
final class LineQueue {
  private static final int A_LINE = 512;
  private static final int A_CHARACTER = 2;

  /** What a character of JSON takes at the most, once it is read: an entry of a map, a number. */
  private static final int A_CHARACTER_OF_JSON = 24;

  private final int lines;
  private final long most;
  private final ArrayDeque<Weighed> waiting = new ArrayDeque<>();
  private long bytes;

  private record Weighed(LogLine line, long bytes) {}

  /**
   * @param lines how many may wait
   * @param most about how many bytes they may take
   */
  LineQueue(int lines, long most) {
    this.lines = lines;
    this.most = most;
  }

  /** Whether there was room for it. */
  boolean offer(LogLine line) {
    Weighed weighed = new Weighed(line, weight(line));
    synchronized (this) {
      boolean fits = waiting.size() < lines && bytes + weighed.bytes() <= most;
      if (fits) {
        waiting.add(weighed);
        bytes += weighed.bytes();
      }
      return fits;
    }
  }

  /** The oldest lines, taken out. */
  synchronized List<LogLine> take(int count) {
    List<LogLine> taken = new ArrayList<>();
    while (taken.size() < count && !waiting.isEmpty()) {
      Weighed weighed = waiting.remove();
      bytes -= weighed.bytes();
      taken.add(weighed.line());
    }
    return taken;
  }

  synchronized void drop(Predicate<LogLine> unwanted) {
    waiting.removeIf(weighed -> unwanted.test(weighed.line()));
    bytes = waiting.stream().mapToLong(Weighed::bytes).sum();
  }

  private static long weight(LogLine line) {
    return A_LINE
        + (long) A_CHARACTER * (line.source().length() + line.message().length())
        + (line.metadata().isEmpty()
            ? 0
            : (long) A_CHARACTER_OF_JSON * Json.write(line.metadata()).length());
  }
}
