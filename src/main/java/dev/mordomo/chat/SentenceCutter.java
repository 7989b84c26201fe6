package dev.mordomo.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a growing text into sentences that are ready to be spoken: at ., !, ?, … or : before a line
 * end, and at line ends. Citations and Markdown marks are left out, since nobody says them.
 */
final class SentenceCutter {
  private static final Pattern END = Pattern.compile("[.!?…]+[\"»”')\\]]*(?=\\s)|\\n+");
  private static final Pattern UNSPOKEN = Pattern.compile("\\s?\\[\\d{1,3}\\]|[*_`#>|]+");

  /** Before a name: never the end of a sentence. */
  private static final Pattern TITLE = word("sr|sra|dr|dra|prof|av|mr|mrs|ms|st|ud");

  /** Before a number; elsewhere words as others: "the answer is no.". */
  private static final Pattern NUMBERED = word("art|n|nº|p|no");

  /** In the middle of a sentence where it goes on in small letters. */
  private static final Pattern INNER = word("ex|etc|vs");

  private final StringBuilder open = new StringBuilder();

  /** The sentences that this piece completes. */
  List<String> add(String piece) {
    open.append(piece);
    List<String> sentences = new ArrayList<>();
    Matcher end = END.matcher(open);
    int from = 0;
    while (end.find()) {
      String candidate = open.substring(from, end.end());
      Optional<Boolean> ends = ends(candidate.strip(), open.substring(end.end()));
      if (ends.isEmpty()) {
        break;
      }
      if (ends.get()) {
        spoken(candidate).ifPresent(sentences::add);
        from = end.end();
      }
    }
    open.delete(0, from);
    return sentences;
  }

  private static Pattern word(String words) {
    return Pattern.compile("(?iu)(?:^|\\s)(?:" + words + ")\\.$");
  }

  /** Whether a sentence ends here; empty while that depends on what comes next. */
  private static Optional<Boolean> ends(String candidate, String after) {
    if (TITLE.matcher(candidate).find()) {
      return Optional.of(false);
    }
    boolean numbered = NUMBERED.matcher(candidate).find();
    if (!numbered && !INNER.matcher(candidate).find()) {
      return Optional.of(true);
    }
    String line = after.lines().findFirst().orElse("");
    if (line.isBlank()) {
      return after.contains("\n") ? Optional.of(true) : Optional.empty();
    }
    int next = line.strip().codePointAt(0);
    return Optional.of(!(Character.isDigit(next) || (!numbered && Character.isLowerCase(next))));
  }

  /** What is left at the end of the answer. */
  Optional<String> rest() {
    String rest = open.toString();
    open.setLength(0);
    return spoken(rest);
  }

  private static Optional<String> spoken(String sentence) {
    String plain = UNSPOKEN.matcher(sentence).replaceAll("").strip();
    return plain.codePoints().anyMatch(Character::isLetterOrDigit)
        ? Optional.of(plain)
        : Optional.empty();
  }
}
