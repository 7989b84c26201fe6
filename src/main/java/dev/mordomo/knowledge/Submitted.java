package dev.mordomo.knowledge;

import dev.mordomo.job.Job;

/** What became of an upload. */
public sealed interface Submitted {
  /** It can be found now. */
  record Added(Document document) implements Submitted {}

  /** It is large: a job takes it in. */
  record Queued(Job job) implements Submitted {}
}
