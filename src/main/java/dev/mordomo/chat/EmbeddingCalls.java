package dev.mordomo.chat;

import dev.mordomo.billing.Allowance;
import dev.mordomo.billing.Reservation;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Telling;
import dev.mordomo.model.ChatResult.Tokens;
import dev.mordomo.model.EmbeddingModel;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;

/** Embeddings for whoever asks for them, with their cost in the ledger. */
public final class EmbeddingCalls {
  private static final int CHARS_PER_TOKEN = 4;

  private final Database database;
  private final EmbeddingModel model;
  private final Telling telling;
  private final Allowance allowance;
  private final UUID node;
  private final InstantSource clock;
  private final UsageStore ledger = new UsageStore();

  /**
   * @param telling what a model elsewhere is told of the texts
   * @param node whose tokens of the allowance they are
   */
  public EmbeddingCalls(
      Database database,
      EmbeddingModel model,
      Telling telling,
      Allowance allowance,
      UUID node,
      InstantSource clock) {
    this.database = database;
    this.model = model;
    this.telling = telling;
    this.allowance = allowance;
    this.node = node;
    this.clock = clock;
  }

  /**
   * @param tokens estimated, about four characters each
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
    int tokens = texts.stream().mapToInt(text -> (text.length() - 1) / CHARS_PER_TOKEN + 1).sum();
    Reservation reserved = allowance.reserve(scope, tokens, 0);
    try {
      List<float[]> vectors = vectors(model.isInside() ? texts : told(scope, texts));
      reserved.settle(new Tokens(tokens, 0));
      database.as(
          scope,
          c -> ledger.add(c, scope, reserved.id(), node, model.name(), tokens, clock.instant()));
      return new Embedded(model.name(), vectors, tokens);
    } finally {
      reserved.refund();
    }
  }

  private List<String> told(Scope scope, List<String> texts) {
    return texts.stream().map(telling.begin(scope)).toList();
  }

  private List<float[]> vectors(List<String> texts) {
    List<float[]> vectors = Database.await(model.embed(texts, EmbeddingModel.Use.PASSAGE));
    if (vectors.size() != texts.size()) {
      throw Failure.of(
          FailureCode.MODEL_ERROR,
          "the model gave " + vectors.size() + " vectors for " + texts.size() + " texts");
    }
    return vectors;
  }
}
