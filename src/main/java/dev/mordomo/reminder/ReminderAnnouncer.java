package dev.mordomo.reminder;

import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Advanced;
import dev.mordomo.kernel.Streams.Draft;
import dev.mordomo.kernel.Streams.Kind;
import dev.mordomo.reminder.ReminderEvent.Acknowledged;
import dev.mordomo.reminder.ReminderEvent.Cancelled;
import dev.mordomo.reminder.ReminderEvent.Snoozed;
import dev.mordomo.reminder.ReminderEvent.Triggered;
import dev.mordomo.reminder.ReminderEvent.Updated;
import io.vertx.sqlclient.SqlClient;
import java.time.Instant;
import java.util.List;

/** Tells of reminders: rows of the user's channel first, the bus after the commit. */
final class ReminderAnnouncer {
  private final Streams streams;
  private final Bus bus;

  ReminderAnnouncer(Streams streams, Bus bus) {
    this.streams = streams;
    this.bus = bus;
  }

  /** What is to be announced once its transaction has committed. */
  record Announced(Advanced advanced, List<ReminderEvent> events) {}

  /**
   * Appends within the caller's transaction.
   *
   * @param events of one user, at least one
   */
  Announced append(SqlClient connection, List<ReminderEvent> events, Instant at) {
    ReminderEvent first = events.getFirst();
    List<Draft> drafts =
        events.stream().map(e -> Streams.about(type(e), at, "reminder", e.reminder())).toList();
    Advanced advanced =
        Streams.append(
            connection, first.userId(), Kind.USER, first.tenantId(), first.userId(), drafts, at);
    return new Announced(advanced, events);
  }

  void announce(Announced announced) {
    streams.announce(announced.advanced());
    announced.events().forEach(this::publish);
  }

  private void publish(ReminderEvent event) {
    switch (event) {
      case Updated updated -> bus.publish(Updated.ADDRESS, updated);
      case Triggered triggered -> bus.publish(Triggered.ADDRESS, triggered);
      case Snoozed snoozed -> bus.publish(Snoozed.ADDRESS, snoozed);
      case Acknowledged acknowledged -> bus.publish(Acknowledged.ADDRESS, acknowledged);
      case Cancelled cancelled -> bus.publish(Cancelled.ADDRESS, cancelled);
    }
  }

  private static String type(ReminderEvent event) {
    return switch (event) {
      case Updated updated -> Updated.ADDRESS.name();
      case Triggered triggered -> Triggered.ADDRESS.name();
      case Snoozed snoozed -> Snoozed.ADDRESS.name();
      case Acknowledged acknowledged -> Acknowledged.ADDRESS.name();
      case Cancelled cancelled -> Cancelled.ADDRESS.name();
    };
  }
}
