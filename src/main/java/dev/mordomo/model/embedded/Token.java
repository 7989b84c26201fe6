package dev.mordomo.model.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A piece of a text.
 *
 * @param word the lower-case word to look up, or "" for what is kept as it stands
 * @param start whether it begins a sentence
 */
record Token(String text, String word, boolean start) {

  private static final Pattern PIECE =
      Pattern.compile(
          "(?<code>https?://\\S+|www\\.\\S+|[\\w.+-]+@[\\w-]+\\.[\\w.]+"
              + "|[\\w/.-]*[_/\\\\][\\w/.-]+\\w|\\.?\\w+(?:\\.\\w+)+|[\\p{L}-]*\\d[\\p{L}\\d.,:%-]*)"
              + "|(?<word>\\p{L}[\\p{L}\\p{M}]*(?:['’-]\\p{L}[\\p{L}\\p{M}]*)*)|(?<mark>[^\\s¿¡])",
          Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern CAMEL_CASE = Pattern.compile(".*\\p{Ll}\\p{Lu}.*");

  static List<Token> of(String text) {
    List<Token> tokens = new ArrayList<>();
    Matcher piece = PIECE.matcher(text);
    boolean start = true;
    while (piece.find()) {
      String word = piece.group("word");
      if (word == null || CAMEL_CASE.matcher(word).matches()) {
        tokens.add(new Token(piece.group(), "", start));
        start = piece.group("mark") != null && ".!?:;".contains(piece.group());
      } else {
        tokens.add(new Token(word, word.toLowerCase(Locale.ROOT).replace('’', '\''), start));
        start = false;
      }
    }
    return tokens;
  }

  boolean isWord() {
    return !word.isEmpty();
  }

  /** Whether this is a punctuation mark that clings to the word before it. */
  boolean isMark() {
    return text.length() == 1 && ".,;:!?)".contains(text);
  }

  /** Whether this is two to five capital letters: VO, GPS, but not "É". */
  boolean isAcronym() {
    return isWord()
        && text.length() > 1
        && text.length() < 6
        && text.chars().allMatch(Character::isUpperCase);
  }

  /** Whether this looks like a name: a capital letter that no sentence start explains. */
  boolean isName() {
    return !start && isWord() && Character.isUpperCase(text.charAt(0));
  }
}
