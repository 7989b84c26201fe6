package dev.mordomo.model;

/**
 * A retrieved passage that an answer may cite as {@code [n]}.
 *
 * @param n 1, 2, …: the number in the citation
 * @param heading the heading path within the document, " › " between levels, or ""
 * @param language ISO 639-1, or "" when unknown
 * @param similarity max(0, cosine) to the question, 0 to 1
 * @param probability calibrated, 0 to 1, or NaN
 */
public record Passage(
    int n,
    String title,
    String heading,
    String text,
    String language,
    double similarity,
    double probability) {}
