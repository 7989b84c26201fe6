package dev.mordomo.model.embedded.extractive.answer;

/**
 * The answer to a question.
 *
 * @param text Markdown, with citations such as {@code [1]}
 * @param confidence 0 to 1 that it answers
 */
public record Answer(String text, double confidence) {}
