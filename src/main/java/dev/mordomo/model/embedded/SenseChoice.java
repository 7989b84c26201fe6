package dev.mordomo.model.embedded;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Chooses one of a word's senses: the one whose form and main use lie nearest, unless the words
 * beside it ask for another part of speech, or the sentence speaks of another area of life.
 *
 * <p>The weights were tuned on the training half of the evaluation set.
 */
final class SenseChoice {
  private static final double NEXT_SENSE = 0.2;
  private static final double AREA = 0.05;
  private static final double MOST_AREAS = 3;
  private static final double SMALL_WORD = 0.9;
  private static final double UNACCENTED_WORD = 0.3;
  private static final double NEIGHBOUR = 0.6;
  private static final double SURE_NEIGHBOUR = 1.1;
  private static final double OBJECT = 0.4;
  private static final double AFTER_NOUN = 0.7;
  private static final double AFTER_BE = 0.8;
  private static final double SUBJECT = 0.7;
  private static final double ADVERB = 0.3;
  private static final double AUXILIARY = 0.7;
  private static final double TOPIC = 1;
  private static final double COMMAND = 0.6;
  private static final double REFLEXIVE = 0.3;

  /** "Me" beside a first person: "se" may also make a passive. */
  private static final double OWN_PRONOUN = 0.9;

  private static final double QUALITY = 0.6;

  private static final Pattern PLURAL = Pattern.compile(".{3,}[ao]s");

  private static final Pattern OWN =
      Pattern.compile(
          ".*(o|oy|é|í|ei|aba|ava|ía|ia)|he|(.*(pus|hic|vin|tuv|quis|dij|traj|duj|est))e|di|vi|fui");

  private static final Set<String> AND = Set.of("e", "y", "ou", "o");
  private static final Set<String> OF = Set.of("de", "do", "da", "dos", "das", "del");

  /** Senses whose forms differ by less are as likely as each other. */
  private static final double NEAR = 0.1;

  private final Neighbours neighbours;

  SenseChoice(Neighbours neighbours) {
    this.neighbours = neighbours;
  }

  /** How much each area of life is spoken of in a sentence. */
  static Map<String, Double> areas(List<Reading> sentence) {
    Map<String, Double> areas = new HashMap<>();
    for (Reading reading : sentence) {
      reading.analyses().stream()
          .map(analysis -> analysis.sense().area())
          .filter(area -> !area.isEmpty())
          .distinct()
          .forEach(area -> areas.merge(area, 1.0 / reading.analyses().size(), Double::sum));
    }
    return areas;
  }

  /**
   * Where a word stands.
   *
   * @param word the word itself
   * @param before the word before it, "" at the start of a clause
   * @param afterNoun whether that word is a noun
   * @param quality whether a quality of that noun may follow: whether both agree
   * @param after the word after it, or ""
   * @param beforeNoun whether that word can be nothing but a noun
   */
  record Place(
      String word,
      String before,
      boolean afterNoun,
      boolean quality,
      String after,
      boolean beforeNoun) {

    static Place alone(String word) {
      return new Place(word, "", false, false, "", false);
    }
  }

  /** The best of the senses, or nothing when there are none. */
  Optional<Morphology.Analysis> best(
      List<Morphology.Analysis> analyses, Place place, Map<String, Double> areas, Topic topic) {
    double bestScore = Double.NEGATIVE_INFINITY;
    int first = -1;
    double[] scores = new double[analyses.size()];
    // "Ate" is "até" without its accent, and "entre" mostly "between".
    boolean small =
        analyses.stream()
            .anyMatch(analysis ->
                analysis.sense().part() == Part.FUNCTION
                    && analysis.cost() <= Morphology.UNACCENTED);
    for (int i = 0; i < scores.length; i++) {
      Morphology.Analysis analysis = analyses.get(i);
      double area = areas.getOrDefault(analysis.sense().area(), 0.0);
      scores[i] =
          -analysis.cost()
              - NEXT_SENSE * rank(analyses, i)
              + asked(analysis, place)
              + (small ? 0 : command(analysis, place))
              + reflexive(analysis.sense(), place)
              + AREA * Math.min(MOST_AREAS, area);
      if (scores[i] > bestScore) {
        bestScore = scores[i];
        first = i;
      }
    }
    if (first < 0) {
      return Optional.empty();
    }
    return Optional.of(analyses.get(byTopic(analyses, scores, first, topic)));
  }

  /** "Me despedí" is no "despedí": some senses go with a pronoun, or at least with a participle. */
  private static double reflexive(Sense sense, Place place) {
    if (!sense.reflexive() || Inflection.looksLikeParticiple(place.word())) {
      return 0;
    }
    boolean own = own(place.before(), place.word());
    return !own ? -REFLEXIVE : place.before().equals("se") ? REFLEXIVE : OWN_PRONOUN;
  }

  /** "Me quedo" and "se queda", but not "me dejan". */
  static boolean own(String pronoun, String verb) {
    return switch (pronoun) {
      case "se" -> true;
      case "me" -> OWN.matcher(verb).matches();
      case "te" -> verb.matches(".*s|.*ste");
      case "nos" -> verb.endsWith("mos");
      case "os" -> verb.endsWith("is");
      default -> false;
    };
  }

  /** How many senses of the same lemma and part of speech come before one. */
  private static int rank(List<Morphology.Analysis> analyses, int place) {
    Sense sense = analyses.get(place).sense();
    int rank = 0;
    for (int i = 0; i < place; i++) {
      Sense other = analyses.get(i).sense();
      rank += other.part() == sense.part() && other.lemma().equals(sense.lemma()) ? 1 : 0;
    }
    return rank;
  }

  /**
   * Of the senses that are as likely in form as the first, the one that the sentence is about. What
   * a small word means does not hang on that.
   */
  private static int byTopic(
      List<Morphology.Analysis> analyses, double[] scores, int first, Topic topic) {
    Morphology.Analysis likely = analyses.get(first);
    if (likely.sense().part() == Part.FUNCTION || analyses.size() < 2) {
      return first;
    }
    int best = first;
    double bestScore = scores[first] + TOPIC * topic.fit(likely.sense(), analyses);
    for (int i = 0; i < scores.length; i++) {
      Morphology.Analysis other = analyses.get(i);
      if (i != first
          && other.sense().part() == likely.sense().part()
          && Math.abs(other.cost() - likely.cost()) < NEAR) {
        double score = scores[i] + TOPIC * topic.fit(other.sense(), analyses);
        if (score > bestScore) {
          bestScore = score;
          best = i;
        }
      }
    }
    return best;
  }

  /** How far the words beside it ask for a sense's part of speech. */
  private double asked(Morphology.Analysis analysis, Place place) {
    String before = place.before();
    boolean noun =
        neighbours.beforeNoun(before) || neighbours.number(before) || before.equals(Reading.CODE);
    return switch (analysis.sense().part()) {
      case FUNCTION ->
          analysis.cost() > 0 && Morphology.verbal(analysis.sense())
              ? analysis.cost() < Morphology.VERB + Morphology.SUBJUNCTIVE ? AUXILIARY : 0
              : neighbours.article(before)
                  ? 0
                  : analysis.cost() == 0
                      ? SMALL_WORD
                      : analysis.cost() <= Morphology.UNACCENTED ? UNACCENTED_WORD : 0;
      case VERB -> verb(place);
      case NOUN ->
          (place.afterNoun() ? neighbours.beforeNoun(before) : noun)
              ? NEIGHBOUR
              : place.afterNoun() ? -AFTER_NOUN / 2 : 0;
      case ADJECTIVE ->
          place.afterNoun()
              ? place.quality() ? AFTER_NOUN : 0
              : neighbours.degree(before) || neighbours.isBe(before)
                  ? NEIGHBOUR
                  : noun ? NEIGHBOUR / 2 + (place.beforeNoun() ? QUALITY : 0) : 0;
      case ADVERB -> ADVERB;
      case EXPRESSION, LEARNED -> 0;
    };
  }

  /** "Cierre la puerta", "leve um documento", "y pulse": at the start, or after "and". */
  private double command(Morphology.Analysis analysis, Place place) {
    boolean first = place.before().isEmpty() || AND.contains(place.before());
    return first
            && analysis.sense().part() == Part.VERB
            && analysis.cost() > 0
            && !OF.contains(place.after())
            && !place.after().isEmpty()
            && VerbForm.command(place.word(), analysis.sense().lemma())
        ? COMMAND
        : 0;
  }

  private double verb(Place place) {
    String before = place.before();
    if (neighbours.surelyBeforeVerb(before)) {
      return SURE_NEIGHBOUR;
    }
    boolean participle = Inflection.looksLikeParticiple(place.word());
    // "Peças": at the start, what ends in s is a plural rather than a second person.
    boolean plural = place.word().endsWith("s") && !place.word().endsWith("mos");
    boolean begins = before.isEmpty() && !participle && !plural;
    // "Recibo llamadas": no adjective of a noun in the singular.
    boolean object =
        before.isEmpty()
            && place.word().endsWith("o")
            && PLURAL.matcher(place.after()).matches()
            && !neighbours.preposition(place.after());
    return (object ? OBJECT : 0)
        + (begins || neighbours.beforeVerb(before) ? NEIGHBOUR : 0)
        + (neighbours.article(place.after()) ? OBJECT : 0)
        + (place.afterNoun() ? SUBJECT : 0)
        + (neighbours.isBe(before) && participle ? AFTER_BE : 0);
  }
}
