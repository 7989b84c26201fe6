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
  private static final Pattern ABBREVIATION =
      Pattern.compile(
          "(?iu)(?:^|\\s)(?:sr|sra|dr|dra|prof|av|art|n|nº|ex|p|etc|vs|mr|mrs|ms|st|ud|no)\\.$");

  private final StringBuilder open = new StringBuilder();

  /** The sentences that this piece completes. */
  List<String> add(String piece) {
    open.append(piece);
    List<String> sentences = new ArrayList<>();
    Matcher end = END.matcher(open);
    int from = 0;
    while (end.find()) {
      String candidate = open.substring(from, end.end());
      if (!ABBREVIATION.matcher(candidate.strip()).find()) {
        spoken(candidate).ifPresent(sentences::add);
        from = end.end();
      }
    }
    open.delete(0, from);
    return sentences;
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
