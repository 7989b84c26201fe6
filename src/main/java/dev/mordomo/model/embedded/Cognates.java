package dev.mordomo.model.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Guesses the English of a word that no lexicon has, where both come from the same Latin or Greek
 * one: "toxicología", "estéril". Only words of MiniLM's own vocabulary are guessed.
 */
final class Cognates {
  private static final String VOCABULARY = "/bert-vocabulary-en.txt";
  private static final int SHORTEST = 6;

  /** Endings of ours, without accents, and what English has in their place; the longest first. */
  private static final List<Ending> ENDINGS =
      List.of(
          ending(Part.ADVERB, "icamente", "ically"),
          ending(Part.ADVERB, "ivamente", "ively"),
          ending(Part.ADVERB, "osamente", "ously"),
          ending(Part.ADVERB, "almente", "ally"),
          ending(Part.ADVERB, "amente", "ly", "ely"),
          ending(Part.ADVERB, "emente", "ly"),
          ending(Part.NOUN, "miento", "ment"),
          ending(Part.VERB, "ificar", "ify"),
          ending(Part.NOUN, "mento", "ment"),
          ending(Part.NOUN, "ancia", "ance", "ancy"),
          ending(Part.NOUN, "encia", "ence", "ency"),
          ending(Part.NOUN, "grafo", "grapher", "graph"),
          ending(Part.NOUN, "logo", "logist", "logue"),
          ending(Part.ADVERB, "mente", "ly"),
          ending(Part.NOUN, "cion", "tion"),
          ending(Part.NOUN, "sion", "sion"),
          ending(Part.VERB, "izar", "ize"),
          ending(Part.NOUN, "dade", "ty"),
          ending(Part.NOUN, "ario", "ary", "arium", "arian"),
          ending(Part.NOUN, "aria", "ary", "aria"),
          ending(Part.NOUN, "orio", "ory", "orium"),
          ending(Part.NOUN, "oria", "ory", "oria"),
          ending(Part.ADJECTIVE, "avel", "able"),
          ending(Part.ADJECTIVE, "ivel", "ible"),
          ending(Part.NOUN, "ista", "ist"),
          ending(Part.NOUN, "ismo", "ism"),
          ending(Part.ADJECTIVE, "ante", "ant"),
          ending(Part.ADJECTIVE, "ente", "ent"),
          ending(Part.NOUN, "idad", "ity"),
          ending(Part.NOUN, "cao", "tion"),
          ending(Part.NOUN, "sao", "sion"),
          ending(Part.NOUN, "dad", "ty"),
          ending(Part.ADJECTIVE, "ico", "ic", "ical"),
          ending(Part.ADJECTIVE, "ica", "ic", "ics", "ical"),
          ending(Part.ADJECTIVE, "oso", "ous", "ose"),
          ending(Part.ADJECTIVE, "osa", "ous", "ose"),
          ending(Part.ADJECTIVE, "ivo", "ive"),
          ending(Part.ADJECTIVE, "iva", "ive"),
          ending(Part.ADJECTIVE, "ado", "ated", "ate", "ed"),
          ending(Part.ADJECTIVE, "ada", "ated", "ate", "ed"),
          ending(Part.ADJECTIVE, "ido", "ed", "id"),
          ending(Part.ADJECTIVE, "ida", "ed", "id"),
          ending(Part.NOUN, "ura", "ure"),
          ending(Part.NOUN, "ose", "osis"),
          ending(Part.NOUN, "ite", "itis", "ite"),
          ending(Part.VERB, "ar", "ate", "e", "", "ar"),
          ending(Part.VERB, "er", "e", ""),
          ending(Part.VERB, "ir", "e", ""),
          ending(Part.NOUN, "ia", "y", "ia"),
          ending(Part.NOUN, "io", "y", "ium", "io"),
          ending(Part.LEARNED, "a", "a", "e", ""),
          ending(Part.LEARNED, "o", "", "e", "us", "um", "o"),
          ending(Part.LEARNED, "e", "e", ""),
          ending(Part.LEARNED, "", "", "e"));

  /** Endings of learned words that English nearly always has in the same place. */
  private static final List<Ending> REGULAR =
      List.of(
          ending(Part.NOUN, "bilidad", "bility"),
          ending(Part.NOUN, "bilidade", "bility"),
          ending(Part.NOUN, "terapia", "therapy"),
          ending(Part.NOUN, "logia", "logy"),
          ending(Part.NOUN, "grafia", "graphy"),
          ending(Part.NOUN, "metria", "metry"),
          ending(Part.NOUN, "scopia", "scopy"),
          ending(Part.NOUN, "cion", "tion"),
          ending(Part.NOUN, "sion", "sion"),
          ending(Part.NOUN, "cao", "tion"),
          ending(Part.NOUN, "idad", "ity"),
          ending(Part.NOUN, "idade", "ity"),
          ending(Part.NOUN, "encia", "ence"),
          ending(Part.NOUN, "ancia", "ance"),
          ending(Part.NOUN, "ismo", "ism"),
          ending(Part.NOUN, "itis", "itis"),
          ending(Part.ADJECTIVE, "ible", "ible"),
          ending(Part.ADJECTIVE, "ivel", "ible"),
          ending(Part.ADJECTIVE, "able", "able"),
          ending(Part.ADJECTIVE, "avel", "able"));

  private record Ending(Part part, String ours, List<String> english) {}

  private static Ending ending(Part part, String ours, String... english) {
    return new Ending(part, ours, List.of(english));
  }

  private static final class Vocabulary {
    private static final Map<String, String> WORDS = read();

    private static Map<String, String> read() {
      Map<String, String> words = new HashMap<>(1 << 15);
      try (InputStream in =
              Objects.requireNonNull(Cognates.class.getResourceAsStream(VOCABULARY), VOCABULARY);
          BufferedReader lines =
              new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
        String word;
        while ((word = lines.readLine()) != null) {
          if (word.length() >= SHORTEST - 1 && word.chars().allMatch(c -> c >= 'a' && c <= 'z')) {
            words.putIfAbsent(bare(word), word);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(VOCABULARY, e);
      }
      return words;
    }
  }

  private Cognates() {}

  /** What a word in lower case most likely means by its looks. */
  static Optional<Sense> of(String word) {
    String folded = Letters.fold(word);
    boolean plural = folded.endsWith("s") && !folded.endsWith("ss") && !folded.endsWith("is");
    String single = plural ? singular(folded) : folded;
    if (english(folded) || english(single)) {
      // An English word among ours: tokens.
      return Optional.of(new Sense(word, Part.LEARNED, word, ""));
    }
    Optional<Sense> found = plural ? guess(word, single) : Optional.empty();
    return found.isPresent() ? found : guess(word, folded);
  }

  /**
   * What a learned word that no vocabulary has would be in English: MiniLM reads the pieces of
   * "condensation".
   */
  static Optional<Sense> byRule(String word) {
    String folded = Letters.fold(word);
    String single = folded.endsWith("s") && !folded.endsWith("is") ? singular(folded) : folded;
    for (Ending ending : REGULAR) {
      if (single.length() >= SHORTEST + 2 && single.endsWith(ending.ours)) {
        String stem = single.substring(0, single.length() - ending.ours.length());
        return Optional.of(new Sense(word, ending.part, stem + ending.english.getFirst(), ""));
      }
    }
    return Optional.empty();
  }

  private static boolean english(String word) {
    return word.equals(Vocabulary.WORDS.get(bare(word)));
  }

  private static String singular(String folded) {
    if (folded.endsWith("oes")) {
      return folded.substring(0, folded.length() - 3) + "ao";
    }
    if (folded.endsWith("ciones") || folded.endsWith("siones")) {
      return folded.substring(0, folded.length() - 2);
    }
    return folded.substring(0, folded.length() - 1);
  }

  private static Optional<Sense> guess(String word, String folded) {
    if (folded.length() < SHORTEST) {
      return Optional.empty();
    }
    for (Ending ending : ENDINGS) {
      if (folded.endsWith(ending.ours)) {
        String stem = folded.substring(0, folded.length() - ending.ours.length());
        for (String english : ending.english) {
          String cognate = Vocabulary.WORDS.get(bare(stem + english));
          if (cognate != null && (ending.ours.length() > 1 || folded.length() > SHORTEST)) {
            return Optional.of(new Sense(word, ending.part, cognate, ""));
          }
        }
      }
    }
    return Optional.empty();
  }

  /** A word without what one language writes otherwise than another: ph, th, y, double letters. */
  private static String bare(String word) {
    StringBuilder bare = new StringBuilder(word.length());
    String plain = word.replace("ph", "f").replace("ck", "c").replace("qu", "cu");
    for (int i = 0; i < plain.length(); i++) {
      char letter = plain.charAt(i);
      char same =
          switch (letter) {
            case 'y' -> 'i';
            case 'k' -> 'c';
            case 'h' -> i > 0 && "trc".indexOf(plain.charAt(i - 1)) >= 0 ? 0 : letter;
            default -> letter;
          };
      if (same != 0 && (bare.isEmpty() || bare.charAt(bare.length() - 1) != same)) {
        bare.append(same);
      }
    }
    // "Estéril": before an s and a consonant, ours have an e.
    if (bare.length() > 2
        && bare.charAt(0) == 'e'
        && bare.charAt(1) == 's'
        && "aeiou".indexOf(bare.charAt(2)) < 0) {
      bare.deleteCharAt(0);
    }
    return bare.toString();
  }
}
