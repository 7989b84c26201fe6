package dev.mordomo.knowledge;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Tells texts that say the same in nearly the same words, such as two versions of a page. */
final class Likeness {
  private static final Pattern BETWEEN = Pattern.compile("[^\\p{L}\\p{N}]+");
  private static final Pattern NUMBER = Pattern.compile("\\p{N}+");
  private static final int TOGETHER = 3;

  /** The share of common word triples (Jaccard) from which two texts are one. */
  private static final double SAME = 0.8;

  private Likeness() {}

  /** Never where a number differs: "2023" and "2024" make two texts of one wording. */
  static boolean nearlyTheSame(String one, String other) {
    int longer = Math.max(one.length(), other.length());
    if (Math.abs(one.length() - other.length()) > longer * (1 - SAME)) {
      return false;
    }
    List<String> ones = words(one);
    List<String> others = words(other);
    return numbers(ones).equals(numbers(others)) && shared(ones, others) >= SAME;
  }

  private static double shared(List<String> one, List<String> other) {
    Set<String> ones = triples(one);
    Set<String> others = triples(other);
    Set<String> both = new HashSet<>(ones);
    both.retainAll(others);
    int all = ones.size() + others.size() - both.size();
    return all == 0 ? 0 : (double) both.size() / all;
  }

  private static List<String> words(String text) {
    return BETWEEN
        .splitAsStream(text.toLowerCase(Locale.ROOT))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  private static List<String> numbers(List<String> words) {
    return words.stream().filter(word -> NUMBER.matcher(word).matches()).toList();
  }

  private static Set<String> triples(List<String> words) {
    Set<String> triples = new HashSet<>();
    for (int i = 0; i + TOGETHER <= words.size(); i++) {
      triples.add(String.join(" ", words.subList(i, i + TOGETHER)));
    }
    return triples;
  }
}
