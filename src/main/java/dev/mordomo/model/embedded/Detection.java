package dev.mordomo.model.embedded;

/**
 * What language a text seems to be in.
 *
 * @param language "pt", "es", "en", or "" for another language or too little to tell
 * @param confidence 0 to 1: how far the best language stands from the next
 */
public record Detection(String language, double confidence) {

  /** Nothing could be told. */
  public static final Detection NONE = new Detection("", 0);
}
