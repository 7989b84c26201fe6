package dev.mordomo.ops.log;

import java.time.Instant;
import java.util.UUID;

/**
 * One line of the log.
 *
 * @param source the name of the logger, for instance {@code dev.mordomo.chat.Turns}
 * @param node the machine and process that logged it
 * @param message with the beginning of its stack trace, where there is one
 */
public record LogLine(
    UUID id, Instant at, LogLevel level, String source, String node, String message) {}
