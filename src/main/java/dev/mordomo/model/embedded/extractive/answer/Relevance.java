package dev.mordomo.model.embedded.extractive.answer;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mordomo.model.embedded.Gloss;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How much of a question's words texts hold, across languages: by their stems, by what they mean in
 * English, and by words that stand for each other. Thread-safe; keeps what it read of texts.
 */
public final class Relevance {
  private static final int MOST_KEPT = 500;
  private static final double IN_HEADINGS = 0.8;

  private final Cache<String, Terms> kept = Caffeine.newBuilder().maximumSize(MOST_KEPT).build();

  /**
   * A text that may answer.
   *
   * @param headings the title and headings above it
   * @param language ISO 639-1, or "" to find out
   */
  public record Candidate(String headings, String text, String language) {}

  /**
   * For each candidate the share of the question's words that it holds, the rare ones weighing
   * more.
   */
  public List<Double> of(String question, String language, List<Candidate> candidates) {
    Gloss gloss = Gloss.shared();
    List<Terms> texts = new ArrayList<>();
    List<Terms> headings = new ArrayList<>();
    for (Candidate candidate : candidates) {
      texts.add(terms(candidate.text(), candidate.language(), gloss));
      headings.add(terms(candidate.headings(), candidate.language(), gloss));
    }
    List<Double> byWord = shares(Asked.words(question, language, gloss), texts, headings);
    List<Double> byGloss = shares(Asked.glossed(question, language, gloss), texts, headings);
    List<Double> best = new ArrayList<>();
    for (int i = 0; i < candidates.size(); i++) {
      best.add(Math.max(byWord.get(i), byGloss.get(i)));
    }
    return best;
  }

  /** Forgets what it read. */
  public void forget() {
    kept.invalidateAll();
  }

  private Terms terms(String text, String language, Gloss gloss) {
    return kept.get(language + "\n" + text, key -> Terms.of(text, language, gloss));
  }

  private static List<Double> shares(List<Asked> asked, List<Terms> texts, List<Terms> headings) {
    double all = 0;
    Map<Integer, Double> held = new HashMap<>();
    for (Asked word : asked) {
      double[] grasp = new double[texts.size()];
      int holders = 0;
      for (int i = 0; i < grasp.length; i++) {
        grasp[i] = Math.max(texts.get(i).hold(word), IN_HEADINGS * headings.get(i).hold(word));
        holders += grasp[i] > 0.5 ? 1 : 0;
      }
      double weight = word.weight() * Math.log(1 + grasp.length / (0.5 + holders));
      all += weight;
      for (int i = 0; i < grasp.length; i++) {
        held.merge(i, weight * grasp[i], Double::sum);
      }
    }
    List<Double> shares = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      shares.add(all == 0 ? 0 : held.getOrDefault(i, 0.0) / all);
    }
    return shares;
  }
}
