package dev.mordomo.model.embedded.extractive;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.knowledge.Retrieved;
import dev.mordomo.model.embedded.extractive.reply.Replies;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Counts answers: right, near (not sure, but shown), wrong, none given, and honestly none. */
final class Scored {
  private static final Pattern CITATION = Pattern.compile("\\[(\\d{1,2})\\]");

  private final List<String> right = new ArrayList<>();
  private final List<String> atOnce = new ArrayList<>();
  private final List<String> near = new ArrayList<>();
  private final List<String> refused = new ArrayList<>();
  private final List<String> silent = new ArrayList<>();
  private final List<String> wrong = new ArrayList<>();

  /** Right is an answer that holds the fact and cites a passage of the right document. */
  void add(Expected expected, String answer, List<Retrieved> found, Map<UUID, String> names) {
    boolean unsure = isUnsure(answer);
    boolean nothing = unsure || !CITATION.matcher(answer).find();
    boolean fits = expected.isIn(answer) && cites(answer, expected.document(), found, names);
    if (expected.isUnanswerable()) {
      (nothing ? refused : wrong).add(expected.question());
    } else if (nothing) {
      (unsure && fits ? near : silent).add(expected.question());
    } else {
      (fits ? right : wrong).add(expected.question());
      if (fits && expected.isIn(answer.split("\n\n")[0])) {
        atOnce.add(expected.question());
      }
    }
  }

  /** It says that nothing answers, and shows what comes nearest. */
  private static boolean isUnsure(String answer) {
    return Vocabulary.LANGUAGES.stream()
        .anyMatch(language -> answer.startsWith(Replies.in(language).say("answer.unsure")));
  }

  private static boolean cites(
      String answer, String document, List<Retrieved> found, Map<UUID, String> names) {
    Matcher citation = CITATION.matcher(answer);
    while (citation.find()) {
      int n = Integer.parseInt(citation.group(1));
      if (n > 0
          && n <= found.size()
          && document.endsWith(names.getOrDefault(found.get(n - 1).documentId(), "-"))) {
        return true;
      }
    }
    return false;
  }

  /** Fails below so many right, near and refused, and above so many wrong. */
  void holds(int leastRight, int leastNear, int leastRefused, int mostWrong, boolean tellsWhich) {
    boolean fits =
        right.size() >= leastRight
            && right.size() + near.size() >= leastRight + leastNear
            && refused.size() >= leastRefused
            && wrong.size() <= mostWrong;
    assertTrue(fits, tellsWhich ? text() : sums());
  }

  /** Right with the first thing that it quotes. */
  boolean isRightAtOnce(String part) {
    return atOnce.stream().anyMatch(question -> question.contains(part));
  }

  String sums() {
    return "%d right, %d of them at once, %d near, %d refused, %d silent, %d wrong"
        .formatted(
            right.size(), atOnce.size(), near.size(), refused.size(), silent.size(), wrong.size());
  }

  String text() {
    return sums()
        + "; silent: "
        + String.join(" | ", silent)
        + "; wrong: "
        + String.join(" | ", wrong);
  }
}
