package dev.mordomo.reminder;

import dev.mordomo.kernel.Address;
import java.util.UUID;

/** What is announced of reminders, after it was stored. */
public sealed interface ReminderEvent {
  UUID tenantId();

  /** Whose it is. */
  UUID userId();

  /** As it stood then. */
  Reminder reminder();

  /** It was made, or its user changed it. */
  record Updated(UUID tenantId, UUID userId, Reminder reminder) implements ReminderEvent {
    public static final Address<Updated> ADDRESS = new Address<>("reminder.updated", Updated.class);
  }

  /** Its time has come: {@code triggered}, also when it recurs. */
  record Triggered(UUID tenantId, UUID userId, Reminder reminder) implements ReminderEvent {
    public static final Address<Triggered> ADDRESS =
        new Address<>("reminder.triggered", Triggered.class);
  }

  /** It comes again later. */
  record Snoozed(UUID tenantId, UUID userId, Reminder reminder) implements ReminderEvent {
    public static final Address<Snoozed> ADDRESS = new Address<>("reminder.snoozed", Snoozed.class);
  }

  /** The user knows. */
  record Acknowledged(UUID tenantId, UUID userId, Reminder reminder) implements ReminderEvent {
    public static final Address<Acknowledged> ADDRESS =
        new Address<>("reminder.acknowledged", Acknowledged.class);
  }

  /** It does not come any more. */
  record Cancelled(UUID tenantId, UUID userId, Reminder reminder) implements ReminderEvent {
    public static final Address<Cancelled> ADDRESS =
        new Address<>("reminder.cancelled", Cancelled.class);
  }
}
