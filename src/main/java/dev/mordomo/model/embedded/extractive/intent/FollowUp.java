package dev.mordomo.model.embedded.extractive.intent;

import dev.mordomo.model.embedded.LanguageDetector;
import dev.mordomo.model.embedded.extractive.words.Reading;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Word;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Words that ask something only after the question before: "e o plano scale?" after one about the
 * plan pro.
 */
public final class FollowUp {
  private static final int MOST_WORDS = 8;
  private static final int DEEPEST = 4;

  private final Reading prior;
  private final Words before;
  private final Reading reading;
  private final Words said;
  private final Vocabulary vocabulary;

  private FollowUp(String before, String said, Vocabulary vocabulary) {
    this.before = Words.of(before);
    this.said = Words.of(said);
    this.vocabulary = vocabulary;
    this.prior = new Reading(this.before, vocabulary);
    this.reading = new Reading(this.said, vocabulary);
  }

  /**
   * The question as it would be asked by itself. The very same words where they are whole already,
   * or where nothing tells what they follow.
   *
   * @param earlier what the user said before, oldest first
   */
  public static String whole(List<String> earlier, String said) {
    if (earlier.isEmpty() || said.length() > 200) {
      return said;
    }
    List<String> last = earlier.subList(Math.max(0, earlier.size() - DEEPEST), earlier.size());
    String before = whole(last.subList(0, last.size() - 1), last.getLast());
    String detected = LanguageDetector.detect(before);
    for (String language : Vocabulary.LANGUAGES) {
      if (language.equals(detected)) {
        return new FollowUp(before, said, Vocabulary.of(language)).read().orElse(said);
      }
    }
    return said;
  }

  private Optional<String> read() {
    int start = said.size() > 0 && !said.get(0).isLetters() ? 1 : 0;
    int from = reading.skip("follow", start);
    int end = end(said);
    boolean follows = from > start && end > from && end - from <= MOST_WORDS;
    if (!follows || !asks()) {
      return Optional.empty();
    }
    if (reading.is("asks", from) || reading.is("question", from)) {
      return Optional.of(said.between(from, end) + " " + subject() + "?");
    }
    return shared(from, end).or(() -> sameArticle(from, end)).map(FollowUp::asking);
  }

  private boolean asks() {
    return before.source().strip().endsWith("?") || prior.is("question", 0);
  }

  private static String asking(String text) {
    return text.endsWith("?") ? text : text + "?";
  }

  /** What the question before was about: its words without those that ask. */
  private String subject() {
    StringBuilder subject = new StringBuilder();
    int at = 0;
    while (at < before.size()) {
      int after = Math.max(prior.skip("asks", at), prior.skip("question", at));
      if (after == at && before.get(at).isLetters() && !isStop(before.get(at))) {
        subject.append(subject.isEmpty() ? "" : " ").append(before.get(at).text());
      }
      at = Math.max(after, at + 1);
    }
    return subject.toString();
  }

  /** Both say "plano": what stands beside it there gives way to what stands beside it here. */
  private Optional<String> shared(int from, int end) {
    for (int here = from; here < end; here++) {
      OptionalInt there = isStop(said.get(here)) ? OptionalInt.empty() : find(said.get(here));
      if (there.isPresent()) {
        int at = there.getAsInt();
        boolean behind = here + 1 < end;
        String name = behind ? said.between(here + 1, end) : said.between(first(from, here), here);
        int old = behind ? at + 1 : at - 1;
        boolean takes = old >= 0 && old < before.size() && isName(before.get(old));
        int cut = behind ? at + 1 : takes ? old : at;
        int resume = behind && takes ? old + 1 : behind ? at + 1 : at;
        return name.isEmpty() ? Optional.empty() : Optional.of(spliced(cut, name, resume));
      }
    }
    return Optional.empty();
  }

  /** "e a churrasqueira?": what follows the same article there, the last such, gives way. */
  private Optional<String> sameArticle(int from, int end) {
    int noun = first(from, end);
    if (noun == from || noun == end) {
      return Optional.empty();
    }
    String article = said.fold(noun - 1);
    int only = 0;
    int nouns = 0;
    for (int at = end(before) - 1; at > 0; at--) {
      boolean begins = prior.is("det", at - 1) && isName(before.get(at));
      if (isName(before.get(at)) && before.fold(at - 1).equals(article)) {
        return Optional.of(spliced(at, said.between(noun, end), endOfNoun(at)));
      }
      only = begins ? at : only;
      nouns += begins ? 1 : 0;
    }
    return nouns == 1
        ? Optional.of(spliced(only - 1, said.between(noun - 1, end), endOfNoun(only)))
        : Optional.empty();
  }

  /** Two words at most, and not the verb that may follow them. */
  private int endOfNoun(int at) {
    int run = at;
    while (run < end(before) && isName(before.get(run))) {
      run++;
    }
    boolean last = run == end(before);
    boolean verbLast =
        last && before.list().stream().anyMatch(word -> vocabulary.has("auxiliary", word.fold()));
    boolean two = run - at > 2 || (run - at == 2 && last && !verbLast);
    return two ? at + 2 : at + 1;
  }

  private String spliced(int cut, String name, int resume) {
    return (before.between(0, cut) + " " + name + " " + before.between(resume, before.size()))
        .strip()
        .replace(" ?", "?");
  }

  /** The index of the first word that is no article and no preposition. */
  private int first(int from, int end) {
    int at = from;
    while (at < end && isStop(said.get(at))) {
      at++;
    }
    return at;
  }

  private OptionalInt find(Word word) {
    for (int at = 0; at < before.size(); at++) {
      if (before.fold(at).equals(word.fold())) {
        return OptionalInt.of(at);
      }
    }
    return OptionalInt.empty();
  }

  private boolean isName(Word word) {
    return (word.isLetters() || word.isNumber()) && !isStop(word);
  }

  private boolean isStop(Word word) {
    return vocabulary.has("stop", word.fold());
  }

  private static int end(Words words) {
    int end = words.size();
    while (end > 0 && !words.get(end - 1).isLetters() && !words.get(end - 1).isNumber()) {
      end--;
    }
    return end;
  }
}
