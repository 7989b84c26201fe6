package dev.mordomo.model.embedded.extractive.words;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The words of a text: runs of letters, runs of digits, and signs one by one. A hyphen or an
 * apostrophe between letters parts two words and is no word itself, so that "segunda-feira" and
 * "segunda feira" read alike.
 */
public final class Words {
  private final String source;
  private final List<Word> words;

  private Words(String source, List<Word> words) {
    this.source = source;
    this.words = List.copyOf(words);
  }

  public static Words of(String text) {
    List<Word> words = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int end = endOfWord(text, at);
      if (!Character.isWhitespace(text.charAt(at)) && !joins(text, at)) {
        String word = text.substring(at, end);
        words.add(new Word(word, fold(word), at, end));
      }
      at = end;
    }
    return new Words(text, words);
  }

  /** Lower case, without accents: "Às" is "as", "mañana" is "manana". */
  public static String fold(String text) {
    String plain = Normalizer.normalize(text, Normalizer.Form.NFD);
    StringBuilder folded = new StringBuilder(plain.length());
    for (int i = 0; i < plain.length(); i++) {
      if (Character.getType(plain.charAt(i)) != Character.NON_SPACING_MARK) {
        folded.append(plain.charAt(i));
      }
    }
    return folded.toString().toLowerCase(Locale.ROOT);
  }

  public String source() {
    return source;
  }

  public int size() {
    return words.size();
  }

  public Word get(int index) {
    return words.get(index);
  }

  public List<Word> list() {
    return words;
  }

  /** The folded word there, or "" outside the text. */
  public String fold(int index) {
    return index < 0 || index >= words.size() ? "" : words.get(index).fold();
  }

  /** Whether the word there follows the one before it without a space. */
  public boolean adjacent(int index) {
    return index > 0
        && index < words.size()
        && words.get(index).start() == words.get(index - 1).end();
  }

  /** The text from one word up to, not including, another; trimmed. */
  public String between(int from, int to) {
    if (from >= to || from >= words.size()) {
      return "";
    }
    return source.substring(words.get(from).start(), words.get(to - 1).end());
  }

  private static int endOfWord(String text, int start) {
    char first = text.charAt(start);
    int end = start + 1;
    if (Character.isDigit(first)) {
      while (end < text.length() && Character.isDigit(text.charAt(end))) {
        end++;
      }
    } else if (Character.isLetter(first)) {
      while (end < text.length() && isOfWord(text.charAt(end))) {
        end++;
      }
    } else if (Character.isHighSurrogate(first) && end < text.length()) {
      end++;
    }
    return end;
  }

  private static boolean isOfWord(char sign) {
    return Character.isLetter(sign) || Character.getType(sign) == Character.NON_SPACING_MARK;
  }

  private static boolean joins(String text, int at) {
    return "-'’‑".indexOf(text.charAt(at)) >= 0
        && at > 0
        && at + 1 < text.length()
        && isOfWord(text.charAt(at - 1))
        && isOfWord(text.charAt(at + 1));
  }
}
