package dev.mordomo.chat;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.SearchMode;
import dev.mordomo.knowledge.TextVectors;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Looks for something among one's own messages, nobody else's: by words in Portuguese, Spanish and
 * English, by meaning, or by both. What has no vector yet is found by words alone. Waits, on a
 * virtual thread.
 */
public final class MessageSearch {
  private final Database database;
  private final TextVectors vectors;
  private final Function<Scope, Masking.Pass> masking;

  /**
   * @param masking what was hidden when it was said is looked for as it was hidden
   */
  public MessageSearch(
      Database database, TextVectors vectors, Function<Scope, Masking.Pass> masking) {
    this.database = database;
    this.vectors = vectors;
    this.masking = masking;
  }

  /**
   * Best first.
   *
   * @throws Failure {@code invalid}; by meaning also {@code quota_exceeded}, and what the embedding
   *     model says
   */
  public List<MessageHit> search(Scope who, MessageSearchRequest request) {
    if (request.query().isBlank()) {
      throw Failure.invalid("query", "must not be empty");
    }
    String hidden = masking.apply(who).masked(request.query());
    // Before a connection is taken.
    Optional<TextVectors.Question> question =
        request.mode() == SearchMode.TEXT
            ? Optional.empty()
            : Optional.of(vectors.of(who, request.query()));
    return database.as(who, c -> MessageSearchStore.search(c, who, hidden, question, request));
  }
}
