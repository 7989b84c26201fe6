package dev.mordomo.model.embedded.extractive.words;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The phrases of one language, by category. A line of the file is {@code category value: phrase,
 * phrase}; the value stands for its phrases ("weekday 1: segunda, segunda feira").
 */
public final class Vocabulary {

  /** A phrase that was found: what it stands for, and the index of the word after it. */
  public record Match(String value, int end) {}

  /** The languages that there are vocabularies of, ISO 639-1. */
  public static final List<String> LANGUAGES = List.of("pt", "es", "en");

  private static final Vocabulary ENGLISH = new Vocabulary("en");
  private static final Map<String, Vocabulary> BY_LANGUAGE =
      Map.of("pt", new Vocabulary("pt"), "es", new Vocabulary("es"), "en", ENGLISH);

  private final String language;
  private final Map<String, Map<String, String>> phrases = new HashMap<>();
  private final Map<String, Integer> longest = new HashMap<>();

  private Vocabulary(String language) {
    this.language = language;
    String name = "/extractive/" + language + ".txt";
    InputStream file = Vocabulary.class.getResourceAsStream(name);
    if (file == null) {
      throw new IllegalStateException("missing resource " + name);
    }
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
      lines.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(this::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The vocabulary of a language; English where there is none. */
  public static Vocabulary of(String language) {
    Vocabulary known = BY_LANGUAGE.get(language);
    return known != null ? known : ENGLISH;
  }

  public String language() {
    return language;
  }

  /** The longest phrase of the category that starts at the word; commas within do not matter. */
  public Optional<Match> match(String category, Words words, int at) {
    Map<String, String> known = phrases.getOrDefault(category, Map.of());
    StringBuilder phrase = new StringBuilder();
    Optional<Match> best = Optional.empty();
    int most = Math.min(words.size(), at + longest.getOrDefault(category, 0) + 1);
    for (int index = at; index >= 0 && index < most; index++) {
      if (index > at && words.fold(index).equals(",")) {
        continue;
      }
      phrase.append(index > at ? " " : "").append(words.fold(index));
      String value = known.get(phrase.toString());
      if (value != null) {
        best = Optional.of(new Match(value, index + 1));
      }
    }
    return best;
  }

  /** Whether the folded word or phrase is of the category. */
  public boolean has(String category, String phrase) {
    return phrases.getOrDefault(category, Map.of()).containsKey(phrase);
  }

  private void add(String line) {
    int colon = line.indexOf(": ");
    if (colon < 0) {
      throw new IllegalStateException(language + ": no colon in the line " + line);
    }
    String[] head = line.substring(0, colon).split(" ", 2);
    String value = head.length > 1 ? head[1] : "";
    for (String phrase : line.substring(colon + 2).split(",")) {
      StringBuilder folded = new StringBuilder();
      Words words = Words.of(phrase);
      words.list().forEach(word -> folded.append(folded.isEmpty() ? "" : " ").append(word.fold()));
      phrases.computeIfAbsent(head[0], key -> new HashMap<>()).put(folded.toString(), value);
      longest.merge(head[0], words.size(), Math::max);
    }
  }
}
