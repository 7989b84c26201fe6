package dev.mordomo.model.embedded.extractive.answer;

import dev.mordomo.model.Passage;
import dev.mordomo.model.embedded.Gloss;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Scores the units of the passages for one question. */
final class Scorer {
  private static final double IN_CONTEXT = 0.7;
  private static final double IN_HEADING = 0.6;
  private static final double IN_TITLE = 0.5;
  private static final double LEAST_GRASP = 0.3;

  private final Gloss gloss;
  private final String question;
  private final QuestionKind kind;
  private final String language;
  private final List<Asked> asked;
  private final List<Asked> glossed;
  private final Optional<Asked> focus;
  private final List<Asked> specific;
  private final Map<Integer, Double> byWords = new HashMap<>();
  private final Map<Integer, Double> inPassages = new HashMap<>();
  private final long missingNames;
  private final Set<Passage> passages;
  private final Map<String, Terms> terms = new HashMap<>();
  private final Map<Unit, Fields> fields = new HashMap<>();
  private final Map<Unit, Double> evidences = new HashMap<>();
  private final Map<Asked, Double> rarities = new HashMap<>();

  Scorer(String question, String language, QuestionKind kind, List<Unit> units, Gloss gloss) {
    this.gloss = gloss;
    this.question = Words.fold(question.strip());
    this.kind = kind;
    this.language = language;
    for (Unit unit : units) {
      fields.put(unit, fields(unit));
    }
    this.missingNames = Math.min(2, Asked.names(question).stream().filter(this::nowhere).count());
    this.passages = units.stream().map(Unit::passage).collect(Collectors.toSet());
    this.asked = Asked.words(question, language, gloss);
    this.glossed = Asked.glossed(question, language, gloss);
    this.focus =
        Focus.of(question, Vocabulary.of(language))
            .flatMap(word ->
                asked.stream().filter(a -> a.own().equals(Terms.stem(word.fold()))).findFirst());
    Set<String> names = new LinkedHashSet<>();
    Asked.names(question).forEach(name -> names.add(Terms.stem(Words.fold(name))));
    this.specific =
        asked.stream()
            .filter(word -> names.contains(word.own()) || isExact(word, Vocabulary.of(language)))
            .toList();
    asked.forEach(word -> rarities.put(word, rarity(word)));
    glossed.forEach(word -> rarities.put(word, rarity(word)));
  }

  /** A number, or the name of a day or a month. */
  private static boolean isExact(Asked word, Vocabulary vocabulary) {
    String own = word.own();
    return !own.isEmpty()
        && (Character.isDigit(own.charAt(0))
            || vocabulary.has("weekday", own)
            || vocabulary.has("weekday", own + "s")
            || vocabulary.has("weekday-plain", own)
            || vocabulary.has("month", own));
  }

  /** What the unit is embedded as. */
  static String embedded(Unit unit) {
    String context = unit.context().isEmpty() ? "" : unit.context() + "\n";
    String text = unit.kind().isCode() ? unit.text().replace('_', ' ') : unit.text();
    String implied = CodeSense.of(unit);
    return unit.heading()
        + "\n"
        + context
        + text.replace("**", "")
        + (implied.isEmpty() ? "" : "\n" + implied);
  }

  /**
   * A block of code is too much where a line would do; code that asks the question is no answer.
   */
  boolean isCandidate(Unit unit) {
    boolean tooMuch =
        unit.kind() == Unit.Kind.CODE_BLOCK && (kind.isFact() || kind == QuestionKind.LIST);
    return !tooMuch && !(unit.kind().isCode() && asks(unit));
  }

  /**
   * An example of a call, say, that asks just this; words without a question mark are looked for.
   */
  private boolean asks(Unit unit) {
    return question.endsWith("?") && Words.fold(unit.text()).contains(question);
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
    double evidence = evidences.computeIfAbsent(unit, key -> Evidence.of(kind, key));
    double meaning = Double.isNaN(similarity) ? unit.passage().similarity() : similarity;
    Features features = features(unit, meaning, coverage, evidence, meanings);
    return new Scored(unit, features, Weights.score(features, unit));
  }

  private Features features(
      Unit unit, double meaning, double coverage, double evidence, Map<String, float[]> meanings) {
    Fields own = fieldsOf(unit);
    Terms none = Terms.NONE;
    Fields text = new Fields(own.text, none, none, none);
    return new Features(
        meaning,
        coverage,
        best(words -> share(words, text, meanings)),
        inPassage(unit.passage(), meanings),
        focus.map(word -> grasp(own, word, meanings)).orElse(0.5),
        rarest().map(word -> grasp(own, word, meanings)).orElse(0.5),
        lacking(own, meanings),
        specific(own),
        evidence,
        kind.isNumber(),
        unit.passage().similarity(),
        lead(unit.passage()),
        1.0 / unit.passage().n(),
        unit.passage().language().equals(language),
        missingNames);
  }

  private double best(ToDoubleFunction<List<Asked>> share) {
    return Math.max(share.applyAsDouble(asked), share.applyAsDouble(glossed));
  }

  private static double grasp(Fields fields, Asked word, Map<String, float[]> meanings) {
    return Math.max(held(fields, word), kindred(fields, word, meanings));
  }

  /** The share of the question's names, and of its numbers and days, that the unit answers for. */
  private double specific(Fields own) {
    return specific.isEmpty()
        ? 0.5
        : specific.stream().mapToDouble(word -> told(own, word)).average().orElse(0);
  }

  /** A name may stand in the title; a number or a day has to be right there. */
  private double told(Fields own, Asked word) {
    double here = Math.max(own.text.hold(word), IN_CONTEXT * own.context.hold(word));
    boolean exact = isExact(word, Vocabulary.of(language));
    return exact ? here : held(own, word) > 0 ? 1 : 0;
  }

  private double lacking(Fields own, Map<String, float[]> meanings) {
    double lacking = 0;
    double all = 0;
    for (Asked word : asked) {
      double weight = word.weight() * rarities.getOrDefault(word, 1.0);
      lacking += grasp(own, word, meanings) < LEAST_GRASP ? weight : 0;
      all += weight;
    }
    return all == 0 ? 0 : lacking / all;
  }

  private Optional<Asked> rarest() {
    return asked.stream()
        .max(Comparator.comparingDouble(word -> word.weight() * rarities.getOrDefault(word, 1.0)));
  }

  private double inPassage(Passage passage, Map<String, float[]> meanings) {
    Map<Integer, Double> known = meanings.isEmpty() ? byWords : inPassages;
    return known.computeIfAbsent(
        passage.n(),
        n ->
            best(words -> {
              double held = 0;
              double all = 0;
              for (Asked word : words) {
                double weight = word.weight() * rarities.getOrDefault(word, 1.0);
                held +=
                    weight
                        * fields.entrySet().stream()
                            .filter(entry -> entry.getKey().passage().n() == n)
                            .mapToDouble(entry -> grasp(entry.getValue(), word, meanings))
                            .max()
                            .orElse(0);
                all += weight;
              }
              return all == 0 ? 0 : held / all;
            }));
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

  private double coverage(Unit unit, Map<String, float[]> meanings) {
    Fields own = fieldsOf(unit);
    return best(words -> share(words, own, meanings));
  }

  private double share(List<Asked> words, Fields fields, Map<String, float[]> meanings) {
    double held = 0;
    double all = 0;
    for (Asked word : words) {
      double weight = word.weight() * rarities.getOrDefault(word, 1.0);
      held += weight * grasp(fields, word, meanings);
      all += weight;
    }
    return all == 0 ? 0 : held / all;
  }

  private static double held(Fields fields, Asked word) {
    double best = fields.text.hold(word);
    best = Math.max(best, IN_CONTEXT * fields.context.hold(word));
    best = Math.max(best, IN_HEADING * fields.heading.hold(word));
    return Math.max(best, IN_TITLE * fields.title.hold(word));
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
        terms(unit.text(), own).with(terms(CodeSense.of(unit), "en")),
        terms(unit.context(), own),
        terms(passage.heading(), own),
        terms(passage.title(), own));
  }

  private Terms terms(String text, String own) {
    return terms.computeIfAbsent(text, key -> Terms.of(key, own, gloss));
  }

  private record Fields(Terms text, Terms context, Terms heading, Terms title) {}
}
