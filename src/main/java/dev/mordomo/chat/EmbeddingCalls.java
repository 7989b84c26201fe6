package dev.mordomo.chat;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Telling;
import dev.mordomo.model.CallMeter;
import dev.mordomo.model.EmbeddingModel;
import java.util.List;

/** Embeddings for whoever asks for them, with their cost in the ledger. */
public final class EmbeddingCalls {
  private final EmbeddingModel model;
  private final Telling telling;
  private final CallMeter meter;

  /**
   * @param telling what a model elsewhere is told of the texts
   * @param meter counts them, also those of a model inside
   */
  public EmbeddingCalls(EmbeddingModel model, Telling telling, CallMeter meter) {
    this.model = model;
    this.telling = telling;
    this.meter = meter;
  }

  /**
   * @param tokens as the model's server says, else estimated, about four characters each
   */
  public record Embedded(String model, List<float[]> vectors, int tokens) {}

  /** The one embedding model of the installation. */
  public String name() {
    return model.name();
  }

  /** The length of every vector. */
  public int dimensions() {
    return model.dimensions();
  }

  /** One vector a text, in order. Waits, on a virtual thread. */
  public Embedded embed(Scope scope, List<String> texts) {
    CallMeter.Counted<List<float[]>> made =
        meter.call(
            scope,
            CallMeter.Kind.EMBEDDING,
            model.name(),
            CallMeter.tokens(texts),
            () -> vectors(model.isInside() ? texts : told(scope, texts)));
    return new Embedded(model.name(), made.value(), made.tokens());
  }

  private List<String> told(Scope scope, List<String> texts) {
    return texts.stream().map(telling.begin(scope)).toList();
  }

  private CallMeter.Spent<List<float[]>> vectors(List<String> texts) {
    EmbeddingModel.Vectors made = Database.await(model.counted(texts, EmbeddingModel.Use.PASSAGE));
    if (made.vectors().size() != texts.size()) {
      throw Failure.of(
          FailureCode.MODEL_ERROR,
          "the model gave " + made.vectors().size() + " vectors for " + texts.size() + " texts");
    }
    return new CallMeter.Spent<>(made.vectors(), made.tokens());
  }
}
