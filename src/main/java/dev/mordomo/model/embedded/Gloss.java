package dev.mordomo.model.embedded;

import java.text.Normalizer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Portuguese and Spanish texts as English words, which MiniLM understands. Immutable and
 * thread-safe.
 *
 * <p>A text in English, or in any other language, comes back as it is, the very same string. A text
 * in several languages is glossed sentence by sentence.
 */
public final class Gloss {
  /** A text with fewer known words stays as it is; so do English ones. */
  private static final double MOST_UNKNOWN = 0.7;

  private static final int SHORT = 60;
  private static final double CLEARLY = 0.1;

  private final Map<String, Glosser> glossers;

  private static final class Shared {
    private static final Gloss GLOSS = new Gloss();
  }

  /** Opens the lexicons, some 100 ms; their rows are read when they are needed. */
  public Gloss() {
    CompletableFuture<Meanings> meanings = CompletableFuture.supplyAsync(Meanings::load);
    CompletableFuture<Glosser> spanish =
        CompletableFuture.supplyAsync(() -> new Glosser("es", meanings));
    // In this order always: of two that are as likely, the first is taken.
    Map<String, Glosser> ordered = new LinkedHashMap<>();
    ordered.put("pt", new Glosser("pt", meanings));
    ordered.put("es", spanish.join());
    glossers = Collections.unmodifiableMap(ordered);
  }

  /**
   * The one that all of the server shares, for the lexicons are large; loaded at the first call.
   */
  public static Gloss shared() {
    return Shared.GLOSS;
  }

  /** The gloss of a text, in the languages that its sentences are in. */
  public String gloss(String text) {
    // Texts out of files often write an accent as a character of its own.
    String composed = Normalizer.normalize(text, Normalizer.Form.NFC);
    List<LanguageDetector.Sentence> sentences = LanguageDetector.sentences(composed);
    if (sentences.stream().noneMatch(sentence -> glossers.containsKey(sentence.language()))) {
      return LanguageDetector.undecided(composed) ? byLexicon(text) : text;
    }
    StringBuilder gloss = new StringBuilder(text.length());
    for (LanguageDetector.Sentence sentence : sentences) {
      Glosser glosser = glosser(sentence);
      if (!gloss.isEmpty()) {
        gloss.append(' ');
      }
      gloss.append(glosser == null ? sentence.text() : glosser.gloss(sentence.text()));
    }
    return gloss.toString();
  }

  /**
   * A short sentence in one of two neighbours is in the one whose lexicon has more of its words.
   */
  private @Nullable Glosser glosser(LanguageDetector.Sentence sentence) {
    Glosser likely = glossers.get(sentence.language());
    if (likely != null && sentence.text().length() < SHORT) {
      double known = likely.knownShare(sentence.text()) + CLEARLY;
      for (Glosser other : glossers.values()) {
        if (other != likely && other.knownShare(sentence.text()) > known) {
          return other;
        }
      }
    }
    return likely;
  }

  /**
   * A text whose language nothing tells, in the language whose lexicon has nearly all its words.
   */
  private String byLexicon(String text) {
    double best = MOST_UNKNOWN;
    Glosser likely = null;
    for (Glosser glosser : glossers.values()) {
      double known = glosser.knownShare(text);
      if (known > best) {
        best = known;
        likely = glosser;
      }
    }
    return likely == null ? text : likely.gloss(text);
  }

  /** The gloss of a text that is in "pt" or "es"; of another language, the text itself. */
  public String gloss(String text, String language) {
    Glosser glosser = glossers.get(language);
    return glosser == null ? text : glosser.gloss(Normalizer.normalize(text, Normalizer.Form.NFC));
  }
}
