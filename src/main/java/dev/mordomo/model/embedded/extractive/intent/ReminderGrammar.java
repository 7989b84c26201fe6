package dev.mordomo.model.embedded.extractive.intent;

import dev.mordomo.model.embedded.extractive.time.TimeExpression;
import dev.mordomo.model.embedded.extractive.words.Reading;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Commands about reminders: make, list, cancel, snooze. */
final class ReminderGrammar extends Reading {
  private static final double SURE = 0.95;
  private static final double LIKELY = 0.85;

  /** What makes "10 minutes" a time from now. */
  private static final Map<String, String> SNOOZE_WORD =
      Map.of("pt", "em ", "es", "en ", "en", "in ");

  private final Opening opening;
  private final Optional<TimeExpression> time;
  private final Function<String, Optional<TimeExpression>> times;
  private final Titles titles;

  ReminderGrammar(
      Words words,
      Vocabulary vocabulary,
      Opening opening,
      Function<String, Optional<TimeExpression>> times) {
    super(words, vocabulary);
    this.opening = opening;
    this.time = times.apply(words.source());
    this.times = times;
    this.titles = new Titles(words, vocabulary);
  }

  Optional<Understood> read() {
    Optional<Understood> listed = list();
    boolean asks = opening.asks() && !is("remind", opening.start());
    if (listed.isPresent() || asks) {
      return listed;
    }
    int at = start();
    return snooze(at).or(() -> cancel(at)).or(() -> remind(at));
  }

  /** After polite words, and after a time that comes first ("amanhã às 9, me lembra …"). */
  private int start() {
    int at = opening.start();
    if (time.isEmpty()) {
      return at;
    }
    int after = at;
    while (after < words.size() && (isTime(after) || (after > at && isSign(after, ",")))) {
      after++;
    }
    return after > at ? opening.afterPolite(after) : at;
  }

  private boolean isTime(int at) {
    return time.stream()
        .flatMap(found -> found.spans().stream())
        .anyMatch(
            span -> words.get(at).start() >= span.start() && words.get(at).end() <= span.end());
  }

  private Optional<Understood> remind(int at) {
    int head = skip("remind", at);
    if (head > at) {
      return reminding(head, is("remind-wake", at));
    }
    int noun = created(at);
    if (noun > at) {
      return Optional.of(reminder(noun, LIKELY, false));
    }
    int timed = skip("remind-timed", at);
    boolean asked = opening.endsAsking() || opening.asks(timed);
    boolean named = timed > at && isSign(timed, ":");
    return timed > at && !asked && (time.isPresent() || named)
        ? Optional.of(reminder(timed, LIKELY, false))
        : Optional.empty();
  }

  /** "remind me how it works" asks; "remind me to go" does not. */
  private Optional<Understood> reminding(int head, boolean wake) {
    int lead = skip("title-lead", head);
    boolean asks =
        (opening.asks(head) && !is("title-lead", head))
            || (lead > head && opening.asks(lead) && !isSign(lead, "que"));
    boolean accented = head < words.size() && words.get(head).text().equalsIgnoreCase("qué");
    asks = asks || accented;
    boolean condition = is("condition", head);
    if (time.isEmpty() && (asks || condition)) {
      return Optional.empty();
    }
    return Optional.of(reminder(head, SURE, wake));
  }

  private Understood reminder(int from, double confidence, boolean wake) {
    String title =
        time.map(found -> titles.of(from, words.size(), found))
            .orElseGet(() -> titles.of(from, words.size()));
    String named = wake && title.isEmpty() ? wakeTitle() : title;
    return understood(new Intent.Remind(named, time), confidence);
  }

  private String wakeTitle() {
    return switch (vocabulary.language()) {
      case "pt" -> "acordar";
      case "es" -> "despertar";
      default -> "wake up";
    };
  }

  /**
   * The index after "cria um lembrete", or the same; "cria lembretes" speaks of them in general.
   */
  private int created(int at) {
    int verb = skip("remind-create", at);
    if (verb == at) {
      return at;
    }
    int article = skip("a", verb);
    int noun = skip("remind-noun", article);
    return noun > article ? noun : at;
  }

  private Optional<Understood> cancel(int at) {
    int verb = skip("cancel", at);
    if (verb == at) {
      return Optional.empty();
    }
    int noun = skip("reminder-nouns", skip("the", verb));
    return noun > verb && is("reminder-nouns", skip("the", verb))
        ? Optional.of(
            understood(new Intent.CancelReminder(bare(titles.of(noun, words.size()))), SURE))
        : Optional.empty();
  }

  /** Without an article before it. */
  private String bare(String title) {
    Words left = Words.of(title);
    int from = new Reading(left, vocabulary).skip("det", 0);
    return from < left.size() ? left.between(from, left.size()) : title;
  }

  private Optional<Understood> snooze(int at) {
    int verb = skip("snooze", at);
    if (verb == at) {
      return Optional.empty();
    }
    int the = skip("the", skip("snooze-lead", verb));
    int noun = skip("reminder-nouns", the);
    for (int index = noun; index < words.size(); index++) {
      int lead = skip("snooze-lead", index);
      Optional<TimeExpression> until =
          lead > index || index == noun ? until(lead) : Optional.<TimeExpression>empty();
      if (until.isPresent()) {
        String title = noun == the ? "" : titles.of(noun, index);
        return Optional.of(understood(new Intent.SnoozeReminder(title, until), SURE));
      }
    }
    if (noun == the && time.isEmpty()) {
      return Optional.empty();
    }
    String title = time.isPresent() ? "" : titles.of(noun, words.size());
    return Optional.of(understood(new Intent.SnoozeReminder(title, time), SURE));
  }

  /** "10 minutes" from there to the end, as a time from now. */
  private Optional<TimeExpression> until(int from) {
    String lead = SNOOZE_WORD.getOrDefault(vocabulary.language(), "");
    return times
        .apply(lead + words.between(from, words.size()))
        .filter(found -> found.spans().getFirst().start() == 0);
  }

  /** "quais são os meus lembretes?", "what reminders do I have for tomorrow?" */
  private Optional<Understood> list() {
    int at = opening.start();
    int from = skip("list-phrase", at);
    if (from == at) {
      int verb = skip("list", at);
      int noun = skip("the", verb);
      from = skip("reminder-nouns", noun);
      boolean owned = !opening.asks() || is("mine", noun - 1) || is("list-tail", from);
      if (verb == at || from == noun || !owned) {
        return Optional.empty();
      }
    }
    while (from < words.size()) {
      int next = restOfList(from);
      if (next == from) {
        return Optional.empty();
      }
      from = next;
    }
    return Optional.of(understood(new Intent.ListReminders(), SURE));
  }

  private int restOfList(int at) {
    if (isTime(at) || (!words.get(at).isLetters() && !words.get(at).isNumber())) {
      return at + 1;
    }
    for (String category : List.of("list-tail", "polite-end", "title-lead")) {
      int next = skip(category, at);
      if (next > at) {
        return next;
      }
    }
    return at;
  }

  private Understood understood(Intent intent, double confidence) {
    return new Understood(intent, confidence, vocabulary.language());
  }
}
