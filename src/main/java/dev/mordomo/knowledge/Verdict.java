package dev.mordomo.knowledge;

import java.util.UUID;

/** What becomes of an upload. */
sealed interface Verdict {
  /** A document of its own. */
  record Insert() implements Verdict {}

  /** It goes in the place of this one. */
  record Replace(UUID documentId) implements Verdict {}

  /** This one is it already. */
  record Existing(UUID documentId) implements Verdict {}
}
