package dev.mordomo.kernel;

/**
 * A place on the event bus, with the one type that is published there.
 *
 * @param name for instance {@code reminder.triggered}
 * @param type a record, deeply immutable: on one node it travels by reference, between nodes as
 *     JSON
 */
public record Address<T extends Record>(String name, Class<T> type) {}
