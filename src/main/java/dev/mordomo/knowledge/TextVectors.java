package dev.mordomo.knowledge;

import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Telling;
import dev.mordomo.model.EmbeddingModel.Use;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Vectors of a user's texts that are no documents, by the models that search of documents works
 * with. What is personal in them is masked before any model, unless the policy of their user keeps
 * it: it says nothing of what they mean. A model that does not run inside this server is paid for
 * by whom the text is of. Every method waits, on a virtual thread.
 */
public final class TextVectors {
  private final ActiveModel models;
  private final ModelCalls calls;
  private final Telling telling;

  TextVectors(ActiveModel models, ModelCalls calls, Telling telling) {
    this.models = models;
    this.calls = calls;
    this.telling = telling;
  }

  /**
   * A model that vectors are wanted of.
   *
   * @param id its number in {@code embedding_model}
   */
  public record Wanted(short id, String name) {}

  /**
   * What is asked, as a vector.
   *
   * @param model the number of the model that search works with
   */
  public record Question(short model, List<Float> vector) {}

  /** A text, and whose it is. */
  public record Said(UUID tenant, UUID user, String text) {
    private Scope scope() {
      return new Scope(tenant, user, "member");
    }
  }

  /** The one that search works with, then the one that is to follow it, unless others keep that. */
  public List<Wanted> wanted() {
    Stream<IndexedModel> all =
        models.wasKeptByOthers()
            ? Stream.of(models.current())
            : Stream.of(models.current(), models.wanted());
    return all.map(indexed -> new Wanted(indexed.id(), indexed.model().name())).distinct().toList();
  }

  /**
   * @throws dev.mordomo.kernel.Failure {@code quota_exceeded}, and what the model says
   */
  public Question of(Scope who, String question) {
    IndexedModel indexed = models.current();
    String told = telling.begin(who).apply(question);
    float[] vector = calls.embed(who, indexed.model(), List.of(told), Use.QUERY).getFirst();
    return new Question(indexed.id(), List.of(ChunkStore.flat(List.of(vector))));
  }

  /**
   * One vector a text, in order.
   *
   * @param texts of one user
   * @throws dev.mordomo.kernel.Failure {@code quota_exceeded}, {@code unavailable} when the model
   *     is gone, and what the model says
   */
  public List<float[]> of(Wanted wanted, List<Said> texts) {
    Scope who = texts.getFirst().scope();
    UnaryOperator<String> told = telling.begin(who);
    return calls.embed(
        who,
        models.named(wanted.name()).model(),
        texts.stream().map(said -> told.apply(said.text())).toList(),
        Use.PASSAGE);
  }
}
