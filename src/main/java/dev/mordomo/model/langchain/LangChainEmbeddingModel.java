package dev.mordomo.model.langchain;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.model.CallerContext;
import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.ModelConfig;
import dev.mordomo.model.ModelConfig.RemoteEmbedding;
import dev.mordomo.model.UnitVector;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/**
 * An embedding model of a provider. Texts go in batches, each asked again a few times while the
 * server is out of reach. Futures complete on the caller's context, if it has one.
 */
final class LangChainEmbeddingModel implements EmbeddingModel {
  private static final int BATCH = 64;
  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(3);

  private final String name;
  private final dev.langchain4j.model.embedding.EmbeddingModel upstream;
  private final UpstreamFailure failures;
  private final RemoteEmbedding config;
  private final int retries;
  private final Vertx vertx;
  private final int dimensions;

  private LangChainEmbeddingModel(
      String name,
      dev.langchain4j.model.embedding.EmbeddingModel upstream,
      UpstreamFailure failures,
      ModelConfig config,
      Vertx vertx) {
    this.name = name;
    this.upstream = upstream;
    this.failures = failures;
    this.config = config.remoteEmbedding();
    this.retries = config.retries();
    this.vertx = vertx;
    this.dimensions =
        this.config.dimensions() > 0
            ? this.config.dimensions()
            : batch(List.of("x")).vectors().getFirst().length;
  }

  /** Asks the model for one vector, unless its length is set. */
  static LangChainEmbeddingModel start(
      String name,
      dev.langchain4j.model.embedding.EmbeddingModel upstream,
      UpstreamFailure failures,
      ModelConfig config,
      Vertx vertx) {
    return new LangChainEmbeddingModel(name, upstream, failures, config, vertx);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int dimensions() {
    return dimensions;
  }

  @Override
  public Future<List<float[]>> embed(List<String> texts, Use use) {
    return counted(texts, use).map(Vectors::vectors);
  }

  @Override
  public Future<Vectors> counted(List<String> texts, Use use) {
    if (texts.isEmpty()) {
      return Future.succeededFuture(new Vectors(List.of(), OptionalInt.of(0)));
    }
    String prefix =
        switch (use) {
          case QUERY -> config.queryPrefix();
          case PASSAGE -> config.passagePrefix();
        };
    List<String> prefixed =
        prefix.isEmpty() ? texts : texts.stream().map(text -> prefix + " " + text).toList();
    return CallerContext.call("embed", () -> all(prefixed));
  }

  private Vectors all(List<String> texts) {
    List<float[]> vectors = new ArrayList<>(texts.size());
    OptionalInt tokens = OptionalInt.of(0);
    for (int from = 0; from < texts.size(); from += BATCH) {
      Vectors some = batch(texts.subList(from, Math.min(from + BATCH, texts.size())));
      vectors.addAll(some.vectors());
      tokens =
          tokens.isPresent() && some.tokens().isPresent()
              ? OptionalInt.of(tokens.getAsInt() + some.tokens().getAsInt())
              : OptionalInt.empty();
    }
    if (vectors.stream().anyMatch(vector -> vector.length != dimensions)) {
      throw failures.unreadable("vectors that are not of " + dimensions + " dimensions");
    }
    return new Vectors(vectors, tokens);
  }

  private Vectors batch(List<String> texts) {
    for (int attempt = 1; ; attempt++) {
      try {
        return once(texts);
      } catch (Failure failure) {
        Duration pause = failure.retryAfter().orElse(PAUSE.multipliedBy(attempt));
        if (failure.code() != FailureCode.MODEL_UNAVAILABLE
            || attempt > retries
            || pause.compareTo(LONGEST_PAUSE) > 0) {
          throw failure;
        }
        pause(pause);
      }
    }
  }

  private void pause(Duration time) {
    try {
      vertx.timer(Math.max(1, time.toMillis())).toCompletionStage().toCompletableFuture().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failures.unwanted(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a timer never fails", e);
    }
  }

  private Vectors once(List<String> texts) {
    Response<List<Embedding>> response;
    try {
      response = upstream.embedAll(texts.stream().map(TextSegment::from).toList());
    } catch (RuntimeException e) {
      throw failureOf(e);
    }
    List<Embedding> embeddings = response.content();
    if (embeddings.size() != texts.size()) {
      throw failures.unreadable(embeddings.size() + " vectors for " + texts.size() + " texts");
    }
    return new Vectors(
        embeddings.stream().map(Embedding::vector).map(this::normalised).toList(), said(response));
  }

  /** Some servers count nothing, and say 0. */
  private static OptionalInt said(Response<?> response) {
    return Stream.ofNullable(response.tokenUsage())
        .map(TokenUsage::totalTokenCount)
        .filter(total -> total != null && total > 0)
        .mapToInt(Integer::intValue)
        .findFirst();
  }

  private Failure failureOf(RuntimeException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof Failure failure) {
        return failure;
      }
    }
    return failures.unreadable("what are not vectors", e);
  }

  private float[] normalised(float[] vector) {
    return UnitVector.of(vector)
        .orElseThrow(() -> failures.unreadable("a vector without a direction"));
  }

  @Override
  public double defaultThreshold() {
    return config.threshold();
  }

  @Override
  public OptionalDouble sameFrom() {
    return config.sameFrom();
  }

  @Override
  public double probability(double similarity, String queryLanguage, String passageLanguage) {
    return Double.NaN;
  }
}
