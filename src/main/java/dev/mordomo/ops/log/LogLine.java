package dev.mordomo.ops.log;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * One line of the log.
 *
 * @param source the name of the logger, for instance {@code dev.mordomo.chat.Turns}
 * @param node the machine and process that logged it, or took it in
 * @param message with the beginning of its stack trace, where there is one
 * @param metadata what whoever posted it says besides
 * @param tenantId whose it is, where a device or a container posted it
 * @param userId likewise
 */
public record LogLine(
    UUID id,
    Instant at,
    LogLevel level,
    String source,
    String node,
    String message,
    Map<String, Object> metadata,
    Optional<UUID> tenantId,
    Optional<UUID> userId) {

  /** One of a server's own. */
  LogLine(UUID id, Instant at, LogLevel level, String source, String node, String message) {
    this(id, at, level, source, node, message, Map.of(), Optional.empty(), Optional.empty());
  }
}
