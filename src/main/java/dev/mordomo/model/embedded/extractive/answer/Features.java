package dev.mordomo.model.embedded.extractive.answer;

/**
 * What speaks for a unit and against it, in numbers.
 *
 * @param similarity cosine of question and unit with its context, 0 to 1
 * @param coverage the share of the question's words that it holds, weighed by rarity, 0 to 1
 * @param inText the same in its own words alone
 * @param inPassage the same in its whole passage
 * @param focus how well it holds what the question asks the number or the name of, 0 to 1; 0.5
 *     where the question names no such thing
 * @param rarest how well it holds the question's weightiest word, 0 to 1
 * @param lacking the share of the question's words that neither it nor its headings hold, by
 *     rarity, 0 to 1
 * @param specific the share of its names, numbers and days that it holds, 0 to 1; 0.5 where it has
 *     none
 * @param evidence whether it holds the kind of thing that is asked for, 0 to 1
 * @param number whether that is a number
 * @param passage the passage's similarity, 0 to 1
 * @param lead how much more similar its passage is than the next best one; negative for the others
 * @param place of its passage among the retrieved, 1 for the first, towards 0
 * @param sameLanguage whether it is in the question's language
 * @param missing names of the question that no passage holds, 2 at most
 */
record Features(
    double similarity,
    double coverage,
    double inText,
    double inPassage,
    double focus,
    double rarest,
    double lacking,
    double specific,
    double evidence,
    boolean number,
    double passage,
    double lead,
    double place,
    boolean sameLanguage,
    double missing) {

  /** The evidence above or below what any unit may have, where a number is asked for. */
  double evidenceOfNumber() {
    return number ? evidence - 0.6 : 0;
  }

  /** The same for every other kind of thing. */
  double evidenceOfOther() {
    return number ? 0 : evidence - 0.5;
  }
}
