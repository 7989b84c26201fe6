package dev.mordomo.model.embedded.extractive.words;

import java.util.Optional;

/** What readers of every kind do with words: skip phrases, read numbers. */
public class Reading {
  /** A number that was read, and the index of the word after it. */
  public record Quantity(double value, int end) {
    public int whole() {
      return (int) value;
    }

    public boolean isWhole() {
      return value == Math.rint(value);
    }
  }

  private static final int MOST_DIGITS = 6;

  protected final Words words;
  protected final Vocabulary vocabulary;

  public Reading(Words words, Vocabulary vocabulary) {
    this.words = words;
    this.vocabulary = vocabulary;
  }

  /** The index after the longest phrase of the category there, or the same index. */
  public final int skip(String category, int at) {
    return vocabulary.match(category, words, at).map(Vocabulary.Match::end).orElse(at);
  }

  public final boolean is(String category, int at) {
    return vocabulary.match(category, words, at).isPresent();
  }

  public final Optional<Vocabulary.Match> match(String category, int at) {
    return vocabulary.match(category, words, at);
  }

  public final boolean isSign(int at, String sign) {
    return words.fold(at).equals(sign);
  }

  /** Digits, with a decimal point or comma between digits; or words from zero to a hundred. */
  public final Optional<Quantity> number(int at) {
    if (at >= words.size()) {
      return Optional.empty();
    }
    if (words.get(at).isNumber()) {
      return digits(at);
    }
    return match("number", at)
        .map(word -> {
          int value = Integer.parseInt(word.value());
          boolean tens = value >= 20 && value < 100 && value % 10 == 0;
          return tens ? withOnes(value, word.end()) : new Quantity(value, word.end());
        });
  }

  /** Digits alone, without a decimal part. */
  public final Optional<Quantity> integer(int at) {
    if (at >= words.size()
        || !words.get(at).isNumber()
        || words.get(at).text().length() > MOST_DIGITS) {
      return Optional.empty();
    }
    return Optional.of(new Quantity(Integer.parseInt(words.get(at).text()), at + 1));
  }

  private Optional<Quantity> digits(int at) {
    Optional<Quantity> whole = integer(at);
    boolean decimal =
        whole.isPresent()
            && (isSign(at + 1, ",") || isSign(at + 1, "."))
            && words.adjacent(at + 1)
            && words.adjacent(at + 2)
            && words.get(at + 2).isNumber()
            && words.get(at + 2).text().length() < 3;
    if (!decimal) {
      return whole;
    }
    String text = words.get(at).text() + "." + words.get(at + 2).text();
    return Optional.of(new Quantity(Double.parseDouble(text), at + 3));
  }

  private Quantity withOnes(int tens, int at) {
    int from = skip("and", at);
    Optional<Vocabulary.Match> ones = match("number", from);
    boolean fits =
        ones.isPresent()
            && ones.get().value().length() == 1
            && !ones.get().value().equals("0")
            && !words.fold(from).equals("a")
            && !words.fold(from).equals("an");
    return fits
        ? new Quantity(tens + Integer.parseInt(ones.get().value()), ones.get().end())
        : new Quantity(tens, at);
  }
}
