package dev.mordomo.reminder;

import dev.mordomo.kernel.Failure;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Which reminder is meant, as a model or a user says it.
 *
 * @param title words of it; accents and capitals do not matter
 */
record ReminderChoice(Optional<String> id, Optional<String> title) {
  private static final int MOST_TOLD = 5;

  /** Whether nothing was said. */
  boolean isOpen() {
    return id.isEmpty() && title.isEmpty();
  }

  /**
   * The one that is meant: by its id, else the whole title, else a part of it, else all its words.
   *
   * @throws Failure {@code not_found} when there is none, {@code invalid} when several fit; they
   *     are named
   */
  Reminder among(List<Reminder> reminders) {
    if (id.isPresent()) {
      return reminders.stream()
          .filter(r -> r.id().toString().equalsIgnoreCase(id.get()))
          .findFirst()
          .orElseThrow(() -> Failure.notFound("the reminder"));
    }
    if (title.isEmpty()) {
      return only(reminders);
    }
    String wanted = fold(title.get());
    Set<String> words = words(wanted);
    List<Predicate<String>> ways =
        List.of(
            wanted::equals,
            known -> known.contains(wanted),
            known -> words(known).containsAll(words));
    for (Predicate<String> way : ways) {
      List<Reminder> fitting = reminders.stream().filter(r -> way.test(fold(r.title()))).toList();
      if (!fitting.isEmpty()) {
        return only(fitting);
      }
    }
    throw Failure.notFound("a reminder called \"" + title.get() + "\"");
  }

  private static Reminder only(List<Reminder> reminders) {
    if (reminders.isEmpty()) {
      throw Failure.notFound("a reminder");
    }
    if (reminders.size() > 1) {
      String names =
          reminders.stream()
              .limit(MOST_TOLD)
              .map(r -> r.title() + " (" + r.id() + ", " + r.scheduledAt() + ")")
              .collect(Collectors.joining("; "));
      throw Failure.invalid("title", "which one? " + names);
    }
    return reminders.getFirst();
  }

  private static Set<String> words(String text) {
    Set<String> words = new HashSet<>(Arrays.asList(text.split("[^\\p{L}\\p{N}]+")));
    words.remove("");
    return words;
  }

  private static String fold(String text) {
    return Normalizer.normalize(text.strip().toLowerCase(Locale.ROOT), Normalizer.Form.NFD)
        .replaceAll("\\p{M}", "");
  }
}
