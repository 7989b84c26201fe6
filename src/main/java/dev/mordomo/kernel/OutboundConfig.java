package dev.mordomo.kernel;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * @param allow hosts that may be called although their addresses are private, {@code host} or
 *     {@code host:port}
 * @param timeout the longest that one call may take
 * @param bytes the longest answer
 */
public record OutboundConfig(List<String> allow, Duration timeout, int bytes) {
  public OutboundConfig {
    allow = allow.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
  }

  public static OutboundConfig from(Settings settings) {
    return new OutboundConfig(
        settings.list("outbound.allow"),
        settings.duration("outbound.timeout", Duration.ofSeconds(10)),
        settings.integer("outbound.bytes", 1024 * 1024, 1024, 64 * 1024 * 1024));
  }
}
