package dev.mordomo.ops.log;

import java.time.Instant;
import java.util.Optional;

/**
 * Which lines are wanted; what is empty is not asked for.
 *
 * @param level and graver ones
 * @param source what the name of the logger begins with
 * @param text what stands in the message, whatever its capitals
 * @param from inclusive, by the millisecond
 * @param to exclusive, by the millisecond
 */
public record LogQuery(
    Optional<LogLevel> level,
    Optional<String> source,
    Optional<String> text,
    Optional<Instant> from,
    Optional<Instant> to) {}
