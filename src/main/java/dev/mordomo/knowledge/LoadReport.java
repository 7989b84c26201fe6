package dev.mordomo.knowledge;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What came of loading many things, counted as it goes. Safe to be used by several threads. */
final class LoadReport {
  private static final int MOST_NAMED = 1_000;

  private int added;
  private int replaced;
  private int unchanged;
  private int skipped;
  private int failed;
  private int similar;
  private final List<String> reasons = new ArrayList<>();

  synchronized void added() {
    added++;
  }

  synchronized void replaced() {
    replaced++;
  }

  synchronized void unchanged(int how) {
    unchanged += how;
  }

  /** Left out on purpose. */
  synchronized void skipped(String what, String why) {
    skipped++;
    note("skipped " + what + ": " + why);
  }

  /** Wanted, and not possible. */
  synchronized void failed(String what, String why) {
    failed++;
    note("failed " + what + ": " + why);
  }

  /** Taken in, and told, since it says what others say. */
  synchronized void similar(String what, List<SimilarDocument> others) {
    if (!others.isEmpty()) {
      similar++;
      note(
          "similar "
              + what
              + ": says what is in "
              + others.stream()
                  .map(other ->
                      "\"%s\" (%.0f %%)".formatted(other.title(), Math.floor(100 * other.share())))
                  .collect(Collectors.joining(", ")));
    }
  }

  private void note(String reason) {
    if (reasons.size() < MOST_NAMED) {
      reasons.add(reason);
    }
  }

  synchronized int failures() {
    return failed;
  }

  /** In the order in which they were noted; the first thousand. */
  synchronized List<String> reasons() {
    return List.copyOf(reasons);
  }

  synchronized String summary() {
    return added
        + " added, "
        + replaced
        + " replaced, "
        + unchanged
        + " unchanged, "
        + skipped
        + " skipped, "
        + failed
        + " failed"
        + (similar == 0 ? "" : ", " + similar + " similar to others");
  }
}
