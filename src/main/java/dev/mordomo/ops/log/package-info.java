/**
 * What the servers log, where the superuser can search it.
 *
 * <p>Table: {@code system_log}, by the day. Lines are taken as they are logged, into a queue of a
 * fixed size, and written by one verticle of the node. Posted lines have a queue of their own,
 * bounded by memory, and come after the server's.
 *
 * <p>Invariants: logging never waits, whatever the database does; a line that found the queue full
 * is lost to the table (not to the console), counted, and that it was lost is told there; a posted
 * line that found no room is refused; nothing is kept longer than {@code logs.keep}.
 *
 * <p>When the database is away, the queue fills; what is in it is written when it is back.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.ops.log;
