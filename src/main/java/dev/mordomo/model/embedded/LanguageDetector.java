package dev.mordomo.model.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells Portuguese, Spanish and English apart, in texts as short as a question, by frequent words,
 * endings and accents. Text in another language, or too short to tell, is "".
 *
 * <p>Thread-safe and fast: a question takes some microseconds.
 */
public final class LanguageDetector {

  /** A sentence of a text and the language it is in. */
  public record Sentence(String text, String language) {}

  private static final List<String> LANGUAGES = List.of("pt", "es", "en", "xx");
  private static final int OTHER = 3;
  private static final double LEAST_EVIDENCE = 1.5;
  private static final double LEANING = 8;
  private static final Pattern WORD = Pattern.compile("[\\p{L}][\\p{L}\\p{M}'’-]*");
  private static final Pattern SENTENCE_END = Pattern.compile("(?<=[.!?…:;])\\s+|\\R+");
  private static final Map<String, double[]> WORDS = loadWords();
  private static final List<Clue> CLUES =
      List.of(
          new Clue(".*(ão|ões|ãe|ãos|ães|ção|ções|õe)$", 0, 3),
          new Clue(".*([ãõ]|nh[aeo]|lh[aeoõ]).*", 0, 2),
          new Clue(".*(dade|dades|agem|agens|eiro|eira|ência|ância|ável|ível|inho|inha)$", 0, 2),
          new Clue(".*[aei]mos$", 0, 0.7),
          new Clue(".*[aei]mos$", 1, 0.7),
          new Clue(".*(ou|eu|iu|ei|am|em)$", 0, 0.4),
          new Clue(".*ñ.*", 1, 3),
          new Clue(".{2,}ó", 1, 1.5),
          new Clue(".{2,}[aeiou]y", 1, 0.5),
          new Clue(".*(ción|ciones|sión|dad|dades|tad|aje|encia|ancia|illo|illa)$", 1, 2),
          new Clue(".*(ie|ue)[bcdglmnprstv].*", 1, 0.6),
          new Clue(".*[áéíóú].*", 0, 0.5),
          new Clue(".*[áéíóú].*", 1, 0.5),
          new Clue(".*[âêôç].*", 0, 1),
          new Clue(".*(ing|tion|ness|ght|ould|sh|ck|wn|ly|th)$", 2, 1.5),
          new Clue("(wh|th|sh|kn|str).*", 2, 0.7),
          new Clue(".*(ado|ada|ados|adas|ido|ida|idos|idas|ando|endo|indo|ar|er|ir)$", 0, 0.3),
          new Clue(".*(ado|ada|ados|adas|ido|ida|idos|idas|ando|iendo|ar|er|ir)$", 1, 0.3),
          new Clue(".*([äöüßøåæœłżęąščřžůőű]|eux$|ais$|tsch|ij|oe|zione$|gli).*", OTHER, 1.5));

  private LanguageDetector() {}

  /** The language of a text: "pt", "es", "en", or "" for another one or too little to tell. */
  public static String detect(String text) {
    return detection(text).language();
  }

  /** The language of a text, with how sure that is. */
  public static Detection detection(String text) {
    return best(scores(text));
  }

  private static Detection best(double[] scores) {
    int best = 0;
    for (int language = 1; language < scores.length; language++) {
      best = scores[language] > scores[best] ? language : best;
    }
    double second = 0;
    double sum = 0;
    for (int language = 0; language < scores.length; language++) {
      sum += scores[language];
      second = language != best ? Math.max(second, scores[language]) : second;
    }
    if (best == OTHER || scores[best] < LEAST_EVIDENCE || scores[best] <= second) {
      return Detection.NONE;
    }
    return new Detection(LANGUAGES.get(best), (scores[best] - second) / sum);
  }

  /**
   * The sentences of a text, each in its own language. A sentence leans to the language of the
   * whole, so that a short one is not taken for a neighbour's.
   */
  public static List<Sentence> sentences(String text) {
    double[] whole = scores(text);
    double sum = 0;
    for (double score : whole) {
      sum += score;
    }
    List<Sentence> sentences = new ArrayList<>();
    for (String sentence : SENTENCE_END.split(text)) {
      if (!sentence.isBlank()) {
        double[] scores = scores(sentence);
        for (int language = 0; language < scores.length; language++) {
          scores[language] += sum == 0 ? 0 : LEANING * whole[language] / sum;
        }
        sentences.add(new Sentence(sentence, best(scores).language()));
      }
    }
    return sentences;
  }

  /** Whether a text tells too little to be in a language, and none but ours is likely. */
  static boolean undecided(String text) {
    double[] scores = scores(text);
    return best(scores).equals(Detection.NONE)
        && scores[OTHER] <= Math.max(scores[0], Math.max(scores[1], scores[2]));
  }

  private static double[] scores(String text) {
    double[] scores = new double[LANGUAGES.size()];
    scores[1] += text.indexOf('¿') >= 0 || text.indexOf('¡') >= 0 ? 4 : 0;
    Matcher words = WORD.matcher(text.toLowerCase(Locale.ROOT));
    int limit = 400;
    while (words.find() && limit-- > 0) {
      String word = words.group();
      if (Character.UnicodeScript.of(word.charAt(0)) != Character.UnicodeScript.LATIN) {
        scores[OTHER] += 2;
        continue;
      }
      double[] known = WORDS.get(word);
      if (known != null) {
        for (int language = 0; language < scores.length; language++) {
          scores[language] += known[language];
        }
      } else {
        for (Clue clue : CLUES) {
          scores[clue.language] += clue.pattern.matcher(word).matches() ? clue.weight : 0;
        }
      }
    }
    return scores;
  }

  private static Map<String, double[]> loadWords() {
    Map<String, double[]> words = new HashMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    LanguageDetector.class.getResourceAsStream("/language/words.tsv")),
                StandardCharsets.UTF_8))) {
      lines
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t"))
          .forEach(row -> {
            int language = LANGUAGES.indexOf(row[0]);
            double weight = Double.parseDouble(row[1]);
            for (String word : row[2].split(" ")) {
              double[] weights = words.computeIfAbsent(word, w -> new double[4]);
              weights[language] = Math.max(weights[language], weight);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return words;
  }

  private static final class Clue {
    private final Pattern pattern;
    private final int language;
    private final double weight;

    Clue(String pattern, int language, double weight) {
      this.pattern = Pattern.compile(pattern);
      this.language = language;
      this.weight = weight;
    }
  }
}
