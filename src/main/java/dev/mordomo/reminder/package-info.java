/**
 * Reminders: told to the user at their time, on every live session, or at the next connection.
 *
 * <p>Table: {@code reminder}. Announces {@code reminder.updated}, {@code reminder.triggered},
 * {@code reminder.snoozed}, {@code reminder.acknowledged} and {@code reminder.cancelled}, on the
 * bus and on the user's channel. Listens to PostgreSQL's channel {@code reminder_due}.
 *
 * <p>Invariants: each occurrence fires exactly once in the cluster, since a due row is claimed with
 * {@code SKIP LOCKED} and its new state and its event are one transaction; one that recurs keeps
 * its time of day in its zone; occurrences that were missed while no server ran fire once together.
 *
 * <p>Every node runs the same verticle. When one dies in the middle, its transaction is rolled back
 * and another node fires; when a notification is lost, the poll finds the reminder.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.reminder;
