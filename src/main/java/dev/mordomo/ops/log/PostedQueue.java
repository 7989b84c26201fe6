package dev.mordomo.ops.log;

import dev.mordomo.kernel.Json;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Posted lines that wait to be written: apart from the server's own, which they must not crowd out,
 * and bounded by the memory that they take. Nothing here waits.
 */
final class PostedQueue {
  private static final int A_LINE = 512;
  private static final int A_CHARACTER = 2;

  /** What a character of JSON takes at the most, once it is read: an entry of a map, a number. */
  private static final int A_CHARACTER_OF_JSON = 24;

  private final long most;
  private final ArrayDeque<Weighed> waiting = new ArrayDeque<>();
  private long bytes;

  private record Weighed(LogLine line, long bytes) {}

  /**
   * @param most about how many bytes may wait
   */
  PostedQueue(long most) {
    this.most = most;
  }

  /** Whether there was room for it. */
  boolean offer(LogLine line) {
    Weighed weighed = new Weighed(line, weight(line));
    synchronized (this) {
      boolean fits = bytes + weighed.bytes() <= most;
      if (fits) {
        waiting.add(weighed);
        bytes += weighed.bytes();
      }
      return fits;
    }
  }

  /** The oldest lines, taken out. */
  synchronized List<LogLine> take(int count) {
    List<LogLine> lines = new ArrayList<>();
    while (lines.size() < count && !waiting.isEmpty()) {
      Weighed weighed = waiting.remove();
      bytes -= weighed.bytes();
      lines.add(weighed.line());
    }
    return lines;
  }

  synchronized void drop(Predicate<LogLine> unwanted) {
    waiting.removeIf(weighed -> unwanted.test(weighed.line()));
    bytes = waiting.stream().mapToLong(Weighed::bytes).sum();
  }

  private static long weight(LogLine line) {
    return A_LINE
        + (long) A_CHARACTER * (line.source().length() + line.message().length())
        + (long) A_CHARACTER_OF_JSON * Json.write(line.metadata()).length();
  }
}
