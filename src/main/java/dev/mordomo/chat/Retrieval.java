package dev.mordomo.chat;

import dev.mordomo.action.Citations;
import dev.mordomo.kernel.Scope;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Finds the passages that may answer; knowledge does it. */
@FunctionalInterface
public interface Retrieval {
  /**
   * @param collections absent: all that the scope may see
   * @return best first; waits, on a virtual thread
   */
  List<Retrieved> retrieve(Scope scope, Optional<List<UUID>> collections, String question);

  /** One passage, with where it stands. */
  record Retrieved(
      UUID chunkId,
      UUID documentId,
      String title,
      String heading,
      String text,
      String language,
      double similarity,
      Optional<Double> probability) {
    Citations.Source source() {
      return new Citations.Source(chunkId, documentId, title, heading, similarity, probability);
    }
  }
}
