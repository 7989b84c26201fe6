package dev.mordomo.model.embedded.extractive.intent;

import dev.mordomo.model.embedded.extractive.time.TimeExpression;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a user wants. */
public sealed interface Intent {

  /** The name that results and reports carry, for instance {@code iot_control}. */
  default String label() {
    return switch (this) {
      case Remind remind -> "reminder";
      case ListReminders list -> "reminder_list";
      case CancelReminder cancel -> "reminder_cancel";
      case SnoozeReminder snooze -> "reminder_snooze";
      case Control control -> "iot_control";
      case Talk talk -> talk.kind().name().toLowerCase(Locale.ROOT);
      case Several several -> several.intents().getFirst().label();
      case Question question -> "question";
    };
  }

  /**
   * To be reminded.
   *
   * @param title of what; "" when nothing was said
   * @param time when, where that was said
   */
  record Remind(String title, Optional<TimeExpression> time) implements Intent {}

  /** To see one's reminders. */
  record ListReminders() implements Intent {}

  /** To drop the reminder that is called so; "" when none was named. */
  record CancelReminder(String title) implements Intent {}

  /** To be reminded later instead. */
  record SnoozeReminder(String title, Optional<TimeExpression> time) implements Intent {}

  /**
   * To have devices do something.
   *
   * @param commands one or more, in the order of speaking
   * @param later whether it shall happen at some other time or on a condition
   */
  record Control(List<DeviceCommand> commands, boolean later) implements Intent {
    public Control {
      commands = List.copyOf(commands);
    }
  }

  /** Something that is answered without documents. */
  record Talk(Kind kind) implements Intent {
    /** The kinds of small talk, the weightiest first. */
    public enum Kind {
      TIME,
      DATE,
      CAPABILITIES,
      FAREWELL,
      THANKS,
      GREETING
    }
  }

  /**
   * Several commands in one breath.
   *
   * @param intents two or more, in the order of speaking
   */
  record Several(List<Intent> intents) implements Intent {
    public Several {
      intents = List.copyOf(intents);
    }
  }

  /** Everything else. */
  record Question() implements Intent {}
}
