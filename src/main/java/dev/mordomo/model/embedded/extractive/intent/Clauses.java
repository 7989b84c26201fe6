package dev.mordomo.model.embedded.extractive.intent;

import dev.mordomo.model.embedded.extractive.words.Reading;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Commands of different kinds in one breath ("apaga a luz e me lembra de …"), and a command after
 * what moves to it ("está escuro, acende a luz"). Each part has to be a whole command by itself.
 */
final class Clauses extends Reading {
  private static final int LONGEST_REMARK = 6;
  private static final Pattern INFINITIVE = Pattern.compile("\\p{L}{2,}[aei]r");

  private final Function<String, Optional<Understood>> reads;

  Clauses(Words words, Vocabulary vocabulary, Function<String, Optional<Understood>> reads) {
    super(words, vocabulary);
    this.reads = reads;
  }

  Optional<Understood> read() {
    for (int at = 1; at < words.size() - 1; at++) {
      boolean stop = isSign(at, ",") || isSign(at, ".") || isSign(at, ";") || isSign(at, "!");
      int next = skip("then", skip("and", stop ? at + 1 : at));
      if (next == at) {
        continue;
      }
      Optional<Understood> right = part(next, words.size());
      Optional<Understood> both =
          right.isEmpty() ? Optional.empty() : joined(at, next, stop, right.get());
      if (both.isPresent()) {
        return both;
      }
    }
    return Optional.empty();
  }

  private Optional<Understood> joined(int at, int next, boolean stop, Understood then) {
    if (stop && at <= LONGEST_REMARK && isControl(then.intent()) && isRemark(at)) {
      return Optional.of(then);
    }
    return part(0, at)
        .filter(first -> isControl(first.intent()) != isControl(then.intent()))
        .filter(first -> isDone(first.intent()) && isDone(then.intent()))
        .filter(first -> !(first.intent() instanceof Intent.Remind) || stop || commands(next))
        .map(first ->
            new Understood(
                new Intent.Several(all(first.intent(), then.intent())),
                Math.min(first.confidence(), then.confidence()),
                first.language()));
  }

  private Optional<Understood> part(int from, int to) {
    return reads.apply(words.between(from, to));
  }

  private static List<Intent> all(Intent first, Intent then) {
    List<Intent> all = new ArrayList<>(List.of(first));
    if (then instanceof Intent.Several several) {
      all.addAll(several.intents());
    } else {
      all.add(then);
    }
    return all;
  }

  private static boolean isControl(Intent intent) {
    return intent instanceof Intent.Control
        || (intent instanceof Intent.Several several && isControl(several.intents().getFirst()));
  }

  /** Whole: a reminder has its time and its title. */
  private static boolean isDone(Intent intent) {
    return switch (intent) {
      case Intent.Remind remind -> remind.time().isPresent() && !remind.title().isEmpty();
      case Intent.Control control -> !control.later();
      case Intent.CancelReminder cancel -> true;
      case Intent.SnoozeReminder snooze -> true;
      case Intent.Several several -> true;
      case Intent.ListReminders list -> false;
      case Intent.Talk talk -> false;
      case Intent.Question question -> false;
    };
  }

  /**
   * Whether a device's verb behind a reminder commands, and is not one more thing to be reminded
   * of: "e acende a luz", not "e acender a luz"; English does not tell them apart.
   */
  private boolean commands(int at) {
    return !vocabulary.language().equals("en") && !INFINITIVE.matcher(words.fold(at)).matches();
  }

  /** A few words that neither ask, nor refuse, nor make a condition. */
  private boolean isRemark(int end) {
    for (int at = 0; at < end; at++) {
      boolean acts =
          is("question", at) || is("condition", at) || is("negation", at) || is("remind", at);
      if (acts || isSign(at, "?") || isSign(at, ":")) {
        return false;
      }
    }
    return true;
  }
}
