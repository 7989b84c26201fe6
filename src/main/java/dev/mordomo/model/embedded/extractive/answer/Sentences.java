package dev.mordomo.model.embedded.extractive.answer;

import dev.mordomo.model.embedded.extractive.words.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Cuts prose into sentences; full stops of abbreviations, initials and numbers do not end one. */
final class Sentences {
  private static final Set<String> ABBREVIATIONS =
      Set.of(
          "sr", "sra", "srta", "dr", "dra", "prof", "profa", "eng", "ing", "lic", "ex", "p", "pag",
          "pags", "art", "arts", "num", "nro", "tel", "av", "r", "obs", "aprox", "ca", "cf", "vs",
          "etc", "e", "i", "g", "eg", "ie", "mr", "mrs", "ms", "st", "jr", "inc", "ltd", "cia",
          "fig", "ed", "vol", "cap", "min", "max", "mín", "máx", "dept", "depto", "ud", "uds", "vd",
          "a", "c", "d", "approx", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "oct",
          "nov", "dec");
  private static final String CLOSERS = "\"”»’')]*_`";

  private Sentences() {}

  /** The sentences of one paragraph, in order, none blank. */
  static List<String> of(String paragraph) {
    String text = paragraph.replaceAll("\\s+", " ").strip();
    List<String> sentences = new ArrayList<>();
    int start = 0;
    for (int at = 0; at < text.length(); at++) {
      if (".!?…".indexOf(text.charAt(at)) >= 0 && endsAt(text, at)) {
        int end = afterClosers(text, at + 1);
        sentences.add(text.substring(start, end).strip());
        start = end;
        at = end - 1;
      }
    }
    if (start < text.length()) {
      sentences.add(text.substring(start).strip());
    }
    return sentences.stream().filter(sentence -> !sentence.isBlank()).toList();
  }

  private static int afterClosers(String text, int from) {
    int end = from;
    while (end < text.length() && CLOSERS.indexOf(text.charAt(end)) >= 0) {
      end++;
    }
    return end;
  }

  private static boolean endsAt(String text, int at) {
    int after = afterClosers(text, at + 1);
    if (after >= text.length()) {
      return true;
    }
    if (text.charAt(after) != ' ') {
      return false;
    }
    char next = after + 1 < text.length() ? text.charAt(after + 1) : ' ';
    boolean begins =
        Character.isUpperCase(next)
            || Character.isDigit(next)
            || "\"“«¿¡`*([—–-".indexOf(next) >= 0;
    return begins && (text.charAt(at) != '.' || !abbreviates(text, at));
  }

  private static boolean abbreviates(String text, int dot) {
    int start = dot;
    while (start > 0 && Character.isLetterOrDigit(text.charAt(start - 1))) {
      start--;
    }
    String word = Words.fold(text.substring(start, dot));
    boolean initial = word.length() == 1 && Character.isUpperCase(text.charAt(start));
    boolean ordinal = start == 0 && !word.isEmpty() && word.chars().allMatch(Character::isDigit);
    boolean shortened = ABBREVIATIONS.contains(word) && !isLastOfNumber(text, start);
    return initial || ordinal || shortened;
  }

  /** "a 35 e." is no abbreviation, but "20 min." ends a sentence as often as not. */
  private static boolean isLastOfNumber(String text, int start) {
    return start > 1 && Character.isDigit(text.charAt(start - 2));
  }
}
