package dev.mordomo.model.embedded.extractive.intent;

/**
 * What was made of a user's words.
 *
 * @param confidence 0 to 1
 * @param language ISO 639-1: that of the grammar that read it, or of the question
 */
public record Understood(Intent intent, double confidence, String language) {}
