package dev.mordomo.model.embedded.extractive.answer;

/**
 * A unit and how well it answers.
 *
 * @param score orders the units of one question, see {@link Weights}
 */
record Scored(Unit unit, Features features, double score) {}
