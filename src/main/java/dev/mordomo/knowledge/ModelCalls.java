package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Scope;
import dev.mordomo.model.CallMeter;
import dev.mordomo.model.CallMeter.Kind;
import dev.mordomo.model.CallMeter.Spent;
import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.EmbeddingModel.Use;
import dev.mordomo.model.EmbeddingModel.Vectors;
import dev.mordomo.model.Reranker;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Asks models for vectors and for ranks. What runs inside this server is free; the tokens of all
 * else are those of whoever it is asked for. Waits, on a virtual thread.
 */
final class ModelCalls {
  private final CallMeter meter;

  ModelCalls(CallMeter meter) {
    this.meter = meter;
  }

  /** Either way to pay for vectors that {@link CallMeter} has. */
  @FunctionalInterface
  private interface Payment {
    CallMeter.Counted<List<float[]>> call(
        Scope who, Kind kind, String model, int tokens, Supplier<Spent<List<float[]>>> work);
  }

  /**
   * One vector a text, in order.
   *
   * @throws dev.mordomo.kernel.Failure {@code quota_exceeded}, and what the model says
   */
  List<float[]> embed(Scope who, EmbeddingModel model, List<String> texts, Use use) {
    return embed(who, model, texts, use, meter::call);
  }

  /** The same, also when the quota is spent. */
  List<float[]> embedAnyway(Scope who, EmbeddingModel model, List<String> texts, Use use) {
    return embed(who, model, texts, use, meter::callAnyway);
  }

  private static List<float[]> embed(
      Scope who, EmbeddingModel model, List<String> texts, Use use, Payment payment) {
    if (model.isInside()) {
      return Database.await(model.embed(texts, use));
    }
    return payment
        .call(who, Kind.EMBEDDING, model.name(), CallMeter.tokens(texts), asked(model, texts, use))
        .value();
  }

  private static Supplier<Spent<List<float[]>>> asked(
      EmbeddingModel model, List<String> texts, Use use) {
    return () -> {
      Vectors made = Database.await(model.counted(texts, use));
      return new Spent<>(made.vectors(), made.tokens());
    };
  }

  /** One relevance a text, in order. */
  List<Double> rank(Scope who, Reranker reranker, String question, List<String> texts) {
    if (reranker.isInside()) {
      return Database.await(reranker.relevance(question, texts));
    }
    List<String> sent = new ArrayList<>(texts);
    sent.add(question);
    return meter
        .call(
            who,
            Kind.RERANK,
            reranker.name(),
            CallMeter.tokens(sent),
            () -> {
              Reranker.Relevances made = Database.await(reranker.counted(question, texts));
              return new Spent<>(made.scores(), made.tokens());
            })
        .value();
  }
}
