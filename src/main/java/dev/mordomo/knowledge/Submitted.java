package dev.mordomo.knowledge;

import dev.mordomo.job.Job;
import java.util.List;

/** What became of an upload. */
public sealed interface Submitted {
  /**
   * It can be found now.
   *
   * @param similarTo documents that say the same, best first
   */
  record Added(Document document, List<SimilarDocument> similarTo) implements Submitted {
    public Added {
      similarTo = List.copyOf(similarTo);
    }
  }

  /** It is large: a job takes it in. */
  record Queued(Job job) implements Submitted {}
}
