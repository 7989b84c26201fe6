package dev.mordomo.model.embedded.extractive.answer;

import dev.mordomo.model.Passage;
import dev.mordomo.model.embedded.Gloss;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/** Scores the units of the passages for one question. */
final class Scorer {
  private static final double SIMILARITY_WEIGHT = 0.45;
  private static final double COVERAGE_WEIGHT = 0.40;
  private static final double PASSAGE_WEIGHT = 0.10;
  private static final double EVIDENCE_WEIGHT = 0.12;
  private static final double LANGUAGE_WEIGHT = 0.08;
  private static final double NUMBER_WEIGHT = 0.25;
  private static final double MISSING_NAME = 0.15;
  private static final double LEAD_HANDICAP = 0.08;
  private static final double EXAMPLE_HANDICAP = 0.2;
  private static final double BLOCK_HANDICAP = 0.12;
  private static final double KINDRED = 0.85;
  private static final double IN_CONTEXT = 0.7;
  private static final double IN_HEADING = 0.6;
  private static final double IN_TITLE = 0.5;

  private final Gloss gloss;
  private final QuestionKind kind;
  private final String language;
  private final List<Asked> asked;
  private final List<Asked> glossed;
  private final long missingNames;
  private final Set<Passage> passages;
  private final Map<String, Terms> terms = new HashMap<>();
  private final Map<Unit, Fields> fields = new HashMap<>();
  private final Map<Asked, Double> rarities = new HashMap<>();

  Scorer(String question, String language, QuestionKind kind, List<Unit> units, Gloss gloss) {
    this.gloss = gloss;
    this.kind = kind;
    this.language = language;
    for (Unit unit : units) {
      fields.put(unit, fields(unit));
    }
    this.missingNames = Math.min(2, Asked.names(question).stream().filter(this::nowhere).count());
    this.passages = units.stream().map(Unit::passage).collect(Collectors.toSet());
    this.asked = Asked.words(question, language, gloss);
    this.glossed = Asked.glossed(question, language, gloss);
    asked.forEach(word -> rarities.put(word, rarity(word)));
    glossed.forEach(word -> rarities.put(word, rarity(word)));
  }

  /** What the unit is embedded as. */
  static String embedded(Unit unit) {
    String context = unit.context().isEmpty() ? "" : unit.context() + "\n";
    String text = unit.kind().isCode() ? unit.text().replace('_', ' ') : unit.text();
    return unit.heading() + "\n" + context + text.replace("**", "");
  }

  /** The score from words and the passage alone, to choose what is worth embedding. */
  double glance(Unit unit) {
    return coverage(unit, Map.of()) + 0.5 * unit.passage().similarity();
  }

  /** The English words whose meanings help to score these units. */
  Set<String> words(Collection<Unit> units) {
    Set<String> words = new LinkedHashSet<>();
    asked.forEach(word -> words.addAll(word.english().values()));
    glossed.forEach(word -> words.addAll(word.english().values()));
    for (Unit unit : units) {
      words.addAll(fieldsOf(unit).text.english().values());
      words.addAll(fieldsOf(unit).context.english().values());
      words.addAll(fieldsOf(unit).heading.english().values());
    }
    return words;
  }

  /**
   * The score of a unit.
   *
   * @param similarity of its vector to the question's, or NaN when there is none
   * @param meanings vectors of English words, as far as there are any
   */
  Scored score(Unit unit, double similarity, Map<String, float[]> meanings) {
    double coverage = coverage(unit, meanings);
    double evidence = Evidence.of(kind, unit);
    double meaning = Double.isNaN(similarity) ? unit.passage().similarity() : similarity;
    double score =
        SIMILARITY_WEIGHT * meaning
            + COVERAGE_WEIGHT * coverage
            + PASSAGE_WEIGHT * unit.passage().similarity()
            + (kind.isNumber()
                ? NUMBER_WEIGHT * (evidence - 0.6)
                : EVIDENCE_WEIGHT * (evidence - 0.5))
            + (unit.passage().language().equals(language) ? LANGUAGE_WEIGHT : 0)
            - handicap(unit)
            - MISSING_NAME * missingNames;
    return new Scored(unit, meaning, coverage, evidence, lead(unit.passage()), score);
  }

  /** How far a passage stands out from the best of the others. */
  private double lead(Passage passage) {
    OptionalDouble next =
        passages.stream()
            .filter(other -> other.n() != passage.n())
            .mapToDouble(Passage::similarity)
            .max();
    return next.isPresent() ? passage.similarity() - next.getAsDouble() : 0;
  }

  /**
   * What announces an answer, or is an example of words, is none; a block of code is too much where
   * a line would do.
   */
  private double handicap(Unit unit) {
    double block = unit.kind() == Unit.Kind.CODE_BLOCK && kind.isFact() ? BLOCK_HANDICAP : 0;
    boolean lead = unit.text().endsWith(":");
    boolean example = "\"“«".indexOf(unit.text().charAt(0)) >= 0 && unit.kind().isListed();
    return block + (lead ? LEAD_HANDICAP : 0) + (example ? EXAMPLE_HANDICAP : 0);
  }

  private double coverage(Unit unit, Map<String, float[]> meanings) {
    return Math.max(share(asked, unit, meanings), share(glossed, unit, meanings));
  }

  private double share(List<Asked> words, Unit unit, Map<String, float[]> meanings) {
    double held = 0;
    double all = 0;
    for (Asked word : words) {
      double weight = word.weight() * rarities.getOrDefault(word, 1.0);
      held +=
          weight * Math.max(held(fieldsOf(unit), word), kindred(fieldsOf(unit), word, meanings));
      all += weight;
    }
    return all == 0 ? 0 : held / all;
  }

  private static double held(Fields fields, Asked word) {
    double best = holds(fields.text, word);
    best = Math.max(best, IN_CONTEXT * holds(fields.context, word));
    best = Math.max(best, IN_HEADING * holds(fields.heading, word));
    return Math.max(best, IN_TITLE * holds(fields.title, word));
  }

  private static double holds(Terms terms, Asked word) {
    double best = word.own().isEmpty() ? 0 : Terms.holds(terms.own(), word.own());
    for (String english : word.english().keySet()) {
      best = Math.max(best, Terms.holds(terms.english().keySet(), english));
      for (String other : Kindred.of(english)) {
        best = Math.max(best, terms.english().containsKey(other) ? KINDRED : 0);
      }
    }
    return best;
  }

  private static double kindred(Fields fields, Asked word, Map<String, float[]> meanings) {
    double best = 0;
    for (String english : word.english().values()) {
      float[] vector = meanings.get(english);
      if (vector != null) {
        best = Math.max(best, nearest(vector, fields.text, meanings));
        best = Math.max(best, IN_CONTEXT * nearest(vector, fields.context, meanings));
        best = Math.max(best, IN_HEADING * nearest(vector, fields.heading, meanings));
      }
    }
    return best;
  }

  /** 0 for words that have little to do with each other, towards 0.9 for synonyms. */
  private static double nearest(float[] vector, Terms terms, Map<String, float[]> meanings) {
    double best = 0;
    for (String word : terms.english().values()) {
      float[] other = meanings.get(word);
      if (other != null) {
        best = Math.max(best, Vectors.cosine(vector, other));
      }
    }
    return Math.clamp((best - 0.42) / 0.38, 0, 1) * 0.9;
  }

  /** A name that no passage holds is a sign that none answers. */
  private boolean nowhere(String name) {
    Terms own = Terms.of(name, language, gloss);
    Asked word = new Asked(Terms.stem(Words.fold(name)), own.english(), 1);
    return fields.values().stream().noneMatch(each -> held(each, word) > 0);
  }

  /** A word that few units hold says more. */
  private double rarity(Asked word) {
    long holders = fields.values().stream().filter(each -> held(each, word) > IN_TITLE).count();
    return Math.log(1 + fields.size() / (0.5 + holders));
  }

  private Fields fieldsOf(Unit unit) {
    return fields.computeIfAbsent(unit, this::fields);
  }

  private Fields fields(Unit unit) {
    Passage passage = unit.passage();
    String own = passage.language();
    return new Fields(
        terms(unit.text(), own),
        terms(unit.context(), own),
        terms(passage.heading(), own),
        terms(passage.title(), own));
  }

  private Terms terms(String text, String own) {
    return terms.computeIfAbsent(text, key -> Terms.of(key, own, gloss));
  }

  private record Fields(Terms text, Terms context, Terms heading, Terms title) {}
}
