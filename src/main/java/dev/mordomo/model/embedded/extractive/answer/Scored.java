package dev.mordomo.model.embedded.extractive.answer;

/**
 * A unit and how well it answers.
 *
 * @param similarity cosine of question and unit with its context, 0 to 1
 * @param coverage the share of the question's words that it holds, weighed by rarity, 0 to 1
 * @param evidence whether it holds the kind of thing that is asked for, 0 to 1
 * @param lead how much more similar its passage is than the next best one; negative for the others
 * @param score similarity, coverage, evidence and the passage's similarity together
 */
record Scored(
    Unit unit, double similarity, double coverage, double evidence, double lead, double score) {
  private static final double LEAD_WEIGHT = 0.4;

  /** What units are ranked by: a passage that stands out is rather the right one. */
  double rank() {
    return score + LEAD_WEIGHT * lead;
  }
}
