package dev.mordomo.model.embedded.extractive.answer;

import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.Passage;
import dev.mordomo.model.embedded.Gloss;
import dev.mordomo.model.embedded.extractive.reply.Replies;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers questions from passages. */
public final class Answerer {
  private static final Logger LOG = LoggerFactory.getLogger(Answerer.class);
  private static final int MOST_EMBEDDED = 32;
  private static final int MOST_REFINED = 10;
  private static final int LONGEST_QUESTION = 1_000;

  private final EmbeddingModel embedding;
  private final WordMeanings meanings;
  private final Vertx vertx;
  private final Future<Gloss> gloss;

  /** Loads the lexicons in the background; the first answer waits for them. */
  public Answerer(EmbeddingModel embedding, Vertx vertx) {
    this.embedding = embedding;
    this.meanings = new WordMeanings(embedding);
    this.vertx = vertx;
    this.gloss = vertx.executeBlocking(Gloss::shared, false);
  }

  /** Never fails for want of an answer: then it says so. */
  public Future<Answer> answer(String asked, String language, List<Passage> passages) {
    Replies replies = Replies.in(language);
    if (asked.isBlank()) {
      return Future.succeededFuture(new Answer(replies.say("nothing.empty"), 0));
    }
    String question = asked.substring(0, Math.min(asked.length(), LONGEST_QUESTION));
    Composer composer =
        new Composer(replies, question, QuestionKind.of(question, Vocabulary.of(language)));
    List<Unit> units = units(passages);
    return rank(question, language, units).map(ranked -> composer.compose(ranked, units));
  }

  /** Forgets the words that it read. */
  public void forget() {
    meanings.forget();
  }

  static List<Unit> units(List<Passage> passages) {
    return passages.stream().flatMap(passage -> UnitReader.read(passage).stream()).toList();
  }

  /** The best of the units, the best first. */
  Future<List<Scored>> rank(String question, String language, List<Unit> units) {
    if (units.isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    QuestionKind kind = QuestionKind.of(question, Vocabulary.of(language));
    return gloss.compose(words ->
        vertx
            .executeBlocking(() -> new Scorer(question, language, kind, units, words), false)
            .compose(scorer -> scored(question, units, scorer)));
  }

  private Future<List<Scored>> scored(String question, List<Unit> units, Scorer scorer) {
    List<Unit> promising =
        units.stream()
            .filter(scorer::isCandidate)
            .sorted(Comparator.comparingDouble(scorer::glance).reversed())
            .limit(MOST_EMBEDDED)
            .toList();
    return similarities(question, promising)
        .compose(similarities -> {
          List<Unit> best =
              promising.stream()
                  .map(unit -> scorer.score(unit, similarity(similarities, unit), Map.of()))
                  .sorted(Comparator.comparingDouble(Scored::score).reversed())
                  .limit(MOST_REFINED)
                  .map(Scored::unit)
                  .toList();
          return meanings
              .of(scorer.words(best))
              .recover(failure -> Future.succeededFuture(Map.of()))
              .map(words ->
                  best.stream()
                      .map(unit -> scorer.score(unit, similarity(similarities, unit), words))
                      .sorted(Comparator.comparingDouble(Scored::score).reversed())
                      .toList());
        });
  }

  private static double similarity(Map<Unit, Double> similarities, Unit unit) {
    return similarities.getOrDefault(unit, Double.NaN);
  }

  /** Of each unit; NaN when they cannot be embedded, and words alone must do. */
  private Future<Map<Unit, Double>> similarities(String question, List<Unit> units) {
    List<String> texts = new ArrayList<>();
    texts.add(question);
    units.forEach(unit -> texts.add(Scorer.embedded(unit)));
    return embedding
        .embed(texts, EmbeddingModel.Use.QUERY)
        .recover(failure -> {
          LOG.warn("sentences are ranked by words alone: they cannot be embedded", failure);
          return Future.succeededFuture(List.of());
        })
        .map(vectors -> {
          Map<Unit, Double> similarities = new HashMap<>();
          for (int i = 0; i < units.size(); i++) {
            similarities.put(
                units.get(i),
                vectors.isEmpty()
                    ? Double.NaN
                    : Vectors.cosine(vectors.getFirst(), vectors.get(i + 1)));
          }
          return similarities;
        });
  }
}
