package dev.mordomo.ops.audit;

import dev.mordomo.kernel.Settings;
import java.time.Duration;

/**
 * How long records are kept.
 *
 * @param keep at least 30 days; whole months are dropped when their last record is older
 */
public record AuditConfig(Duration keep) {
  private static final Duration SHORTEST = Duration.ofDays(30);
  private static final Duration USUAL = Duration.ofDays(730);

  public static AuditConfig from(Settings settings) {
    Duration keep = settings.duration("audit.keep", USUAL);
    return new AuditConfig(
        keep.compareTo(SHORTEST) >= 0
            ? keep
            : settings.wrong("audit.keep", keep.toDays() + "d", "at least 30d", USUAL));
  }
}
