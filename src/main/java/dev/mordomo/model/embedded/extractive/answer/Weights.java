package dev.mordomo.model.embedded.extractive.answer;

/**
 * How much each feature counts, for the rank of a unit among the others.
 *
 * <p>A softmax regression on the questions of the seeds, of {@code answering} and of {@code
 * systems/tuning}, in the test resources: the unit that holds the expected fact against all others.
 */
final class Weights {
  private static final double LENGTH_SCALE = 5;

  private Weights() {}

  /** A sum that only orders the units of one question. */
  static double score(Features features, Unit unit) {
    return 5.24 * features.similarity()
        + 3.34 * features.coverage()
        + 1.52 * features.inText()
        + 1.13 * features.inPassage()
        + 1.03 * features.focus()
        - 0.44 * features.rarest()
        - 1.90 * features.lacking()
        + 2.57 * features.specific()
        + 4.07 * features.evidenceOfNumber()
        + 2.24 * features.evidenceOfOther()
        - 0.55 * features.passage()
        - 0.12 * features.lead()
        + 1.54 * features.place()
        + (features.sameLanguage() ? 1.55 : 0)
        - (features.number() && features.evidence() == 0 ? 0.40 : 0)
        + form(unit);
  }

  /** What announces an answer, or is an example of words, is none; the shorter, the better. */
  private static double form(Unit unit) {
    boolean line = unit.kind() == Unit.Kind.CODE_LINE;
    double kind = line ? 1.10 : unit.kind() == Unit.Kind.CODE_BLOCK ? 2.72 : 0;
    double comment = line && CodeUnits.isComment(unit.text()) ? 0.92 : 0;
    double announces = unit.text().endsWith(":") ? 0.52 : 0;
    double example = "\"“«".indexOf(unit.text().charAt(0)) >= 0 ? 1.20 : 0;
    double length = 2.54 * Math.log(1 + unit.text().length()) / LENGTH_SCALE;
    return kind - comment - announces - example - length;
  }
}
