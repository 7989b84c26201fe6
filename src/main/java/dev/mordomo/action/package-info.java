/**
 * What the assistant decided to do, and who executes it.
 *
 * <p>Table: {@code action}. Announces {@code action.requested} and {@code action.updated}, on the
 * bus and on the user's channel.
 *
 * <p>A tool that runs here is executing when it is announced and ends at once. One that a device
 * runs ({@code iot_control}) stays pending until its result is reported, or until its deadline,
 * when it fails with {@code timeout}.
 *
 * <p>Invariants: a row and its event are one transaction; of several reports one wins, and saying
 * the same again changes nothing; only the owner can report; nothing leaves a final status.
 *
 * <p>When a node dies while a tool runs here, any node fails its action at the deadline.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.action;
