package dev.mordomo.model.embedded.extractive.words;

/**
 * A word, a number or a single sign of a text.
 *
 * @param text as written
 * @param fold lower case, without accents
 * @param start offset of its first character in the text
 * @param end offset after its last character
 */
public record Word(String text, String fold, int start, int end) {

  public boolean isNumber() {
    return Character.isDigit(text.charAt(0));
  }

  public boolean isLetters() {
    return Character.isLetter(text.charAt(0));
  }
}
