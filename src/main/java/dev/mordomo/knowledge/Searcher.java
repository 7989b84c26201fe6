package dev.mordomo.knowledge;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Telling;
import dev.mordomo.knowledge.SearchRequest.QueryVector;
import dev.mordomo.knowledge.SearchStore.Question;
import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.EmbeddingModel.Use;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Checks a search, embeds its words, and asks the database. */
final class Searcher {
  private static final int MOST_HITS = 100;
  private static final int LONGEST_QUERY = 8_000;

  /** Asked by words, so many times the hits are looked at, so that copies leave no gap. */
  private static final int SPARE = 2;

  private final SearchStore store;
  private final SearchTraces traces;
  private final InstantSource clock;
  private final ActiveModel models;
  private final ModelCalls calls;
  private final Telling telling;
  private final UnaryOperator<String> languageOf;
  private final Reranking reranking;
  private final KnowledgeMeters meters;

  /**
   * @param told the words, as others may know of them
   * @param reranked whether the order is the reranker's
   */
  record Found(SearchResult result, String told, boolean reranked) {}

  Searcher(
      SearchStore store,
      SearchTraces traces,
      ActiveModel models,
      ModelCalls calls,
      Telling telling,
      UnaryOperator<String> languageOf,
      Reranking reranking,
      KnowledgeMeters meters,
      InstantSource clock) {
    this.store = store;
    this.traces = traces;
    this.clock = clock;
    this.models = models;
    this.calls = calls;
    this.telling = telling;
    this.languageOf = languageOf;
    this.reranking = reranking;
    this.meters = meters;
  }

  /**
   * For people: by words, nothing that says again what a better hit says. A vector's nearest are
   * told as they are.
   */
  Found search(Scope who, SearchRequest request) {
    return find(who, request, request.query().isPresent());
  }

  /** All hits, also those that say the same. */
  Found find(Scope who, SearchRequest request) {
    return find(who, request, false);
  }

  private Found find(Scope who, SearchRequest request, boolean distinct) {
    long start = System.nanoTime();
    check(request);
    EmbeddingModel model = models.current().model();
    String words = words(request);
    UnaryOperator<String> teller = telling.begin(who);
    String told = teller.apply(words);
    if (request.collections().isPresent() && request.collections().get().isEmpty()) {
      return new Found(new SearchResult(Ids.next(), List.of(), 0), told, false);
    }
    String language = words.isEmpty() ? "" : languageOf.apply(words);
    int most = distinct ? SPARE * request.limit() : request.limit();
    Question question =
        new Question(
            request.vector().map(QueryVector::model).orElse(model.name()),
            vector(who, model, request, model.isInside() ? words : told),
            words,
            language,
            request.mode(),
            request.collections(),
            SearchStore.Filter.of(request.filter()),
            reranking.looksAt(words, most),
            leastSimilarity(model, request));
    long embedded = System.nanoTime();
    List<SearchHit> ordered =
        store.search(who, question).stream()
            .filter(hit -> isWorthShowing(model, hit, request))
            .map(hit -> calibrated(model, hit, language))
            .toList();
    long answered = System.nanoTime();
    Reranking.Ranked ranked = reranking.rank(who, words, told, ordered, most);
    List<SearchHit> hits =
        distinct ? Passages.distinct(ranked.hits(), request.limit()) : ranked.hits();
    long done = System.nanoTime();
    meters.searched(request.mode(), done - start);
    UUID id = Ids.next();
    traces.keep(
        new SearchTraces.Kept(
            id,
            clock.instant(),
            who,
            question.told(teller),
            millis(embedded - start),
            millis(answered - embedded),
            SearchTraces.places(hits, true),
            ranked.told()));
    return new Found(new SearchResult(id, hits, millis(done - start)), told, ranked.isReranked());
  }

  private static double millis(long nanos) {
    return nanos / 1_000_000.0;
  }

  private static void check(SearchRequest request) {
    if (request.query().isPresent() == request.vector().isPresent()) {
      throw Failure.invalid("query", "either query, or embedding with embedding_model");
    }
    if (request.query().filter(q -> q.isBlank() || q.length() > LONGEST_QUERY).isPresent()) {
      throw Failure.invalid("query", "1 to 8000 characters");
    }
    if (request.vector().isPresent() && request.mode() != SearchMode.SEMANTIC) {
      throw Failure.invalid("mode", "an embedding is searched with mode semantic");
    }
    if (Json.write(request.filter()).contains("\\u0000")) {
      throw Failure.invalid("filter", "without NUL characters");
    }
    if (request.limit() < 1 || request.limit() > MOST_HITS) {
      throw Failure.invalid("limit", "1 to 100");
    }
    if (request.threshold().filter(t -> !(t >= 0 && t <= 1)).isPresent()) {
      throw Failure.invalid("threshold", "0 to 1");
    }
  }

  /** Empty where it cannot be had any more, and the search can do without. */
  private Optional<float[]> vector(
      Scope who, EmbeddingModel model, SearchRequest request, String words) {
    if (request.vector().isPresent()) {
      QueryVector given = request.vector().get();
      if (!given.model().equals(model.name())) {
        throw Failure.invalid("embedding_model", "the embedding model here is " + model.name());
      }
      if (given.values().length != model.dimensions()) {
        throw Failure.invalid("embedding", "needs " + model.dimensions() + " numbers");
      }
      return Optional.of(given.values());
    }
    try {
      return Optional.of(calls.embed(who, model, List.of(words), Use.QUERY).getFirst());
    } catch (Failure e) {
      boolean byWordsAlone =
          request.mode() == SearchMode.TEXT && request.threshold().orElse(0.0) <= 0;
      if (e.code() != FailureCode.QUOTA_EXCEEDED || !byWordsAlone) {
        throw e;
      }
      return Optional.empty();
    }
  }

  /** PostgreSQL takes no NUL. */
  private static String words(SearchRequest request) {
    return request.query().orElse("").replace('\0', ' ');
  }

  private static double leastSimilarity(EmbeddingModel model, SearchRequest request) {
    boolean byMeaning = request.mode() == SearchMode.SEMANTIC && request.query().isPresent();
    return request.threshold().orElse(byMeaning ? model.defaultThreshold() : 0.0);
  }

  /** Without a threshold of the caller's, what shares no word must reach the model's own. */
  private static boolean isWorthShowing(
      EmbeddingModel model, SearchHit hit, SearchRequest request) {
    return request.mode() != SearchMode.HYBRID
        || request.threshold().isPresent()
        || hit.coverage() > 0
        || hit.similarity() >= model.defaultThreshold();
  }

  private static SearchHit calibrated(EmbeddingModel model, SearchHit hit, String language) {
    double probability = model.probability(hit.similarity(), language, hit.language());
    return new SearchHit(
        hit.chunkId(),
        hit.documentId(),
        hit.collectionId(),
        hit.chunkIndex(),
        hit.title(),
        hit.source(),
        hit.heading(),
        hit.text(),
        hit.kind(),
        hit.language(),
        hit.page(),
        hit.similarity(),
        Double.isNaN(probability) ? Optional.empty() : Optional.of(probability),
        hit.score(),
        hit.coverage(),
        hit.metadata());
  }
}
