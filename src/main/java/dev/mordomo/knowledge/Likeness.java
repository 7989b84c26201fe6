package dev.mordomo.knowledge;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Tells how far texts say the same in the same words, such as two versions of a page. */
final class Likeness {
  private static final Pattern BETWEEN = Pattern.compile("[^\\p{L}\\p{N}]+");
  private static final Pattern NUMBER = Pattern.compile("\\p{N}+");
  private static final int TOGETHER = 3;

  /** The share of common word triples (Jaccard) from which two texts are one. */
  private static final double SAME = 0.8;

  private final int length;
  private final List<String> numbers;
  private final Set<String> triples;

  private Likeness(String text) {
    List<String> words =
        BETWEEN
            .splitAsStream(text.toLowerCase(Locale.ROOT))
            .filter(word -> !word.isEmpty())
            .toList();
    this.length = text.length();
    this.numbers = words.stream().filter(word -> NUMBER.matcher(word).matches()).toList();
    this.triples = new HashSet<>();
    for (int i = 0; i + TOGETHER <= words.size(); i++) {
      triples.add(String.join(" ", words.subList(i, i + TOGETHER)));
    }
  }

  static Likeness of(String text) {
    return new Likeness(text);
  }

  /** Never where a number differs: "2023" and "2024" make two texts of one wording. */
  static boolean nearlyTheSame(String one, String other) {
    return of(one).isNearly(of(other));
  }

  boolean isNearly(Likeness other) {
    int longer = Math.max(length, other.length);
    return Math.abs(length - other.length) <= longer * (1 - SAME)
        && numbers.equals(other.numbers)
        && to(other) >= SAME;
  }

  /** The share of their word triples that both have, 0 to 1. */
  double to(Likeness other) {
    Set<String> both = new HashSet<>(triples);
    both.retainAll(other.triples);
    int all = triples.size() + other.triples.size() - both.size();
    return all == 0 ? 0 : (double) both.size() / all;
  }
}
