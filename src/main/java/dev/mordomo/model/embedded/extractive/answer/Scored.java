package dev.mordomo.model.embedded.extractive.answer;

/**
 * A unit and how well it answers.
 *
 * @param similarity cosine of question and unit with its context, 0 to 1; NaN when not embedded
 * @param coverage the share of the question's words that it holds, weighed by rarity, 0 to 1
 * @param evidence whether it holds the kind of thing that is asked for, 0 to 1
 * @param score all of it together
 */
record Scored(Unit unit, double similarity, double coverage, double evidence, double score) {}
