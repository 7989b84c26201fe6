package dev.mordomo.privacy;

import dev.mordomo.kernel.Settings;
import java.time.Duration;

/**
 * The settings under {@code privacy}, and how long others keep what is told with them.
 *
 * @param allChannels whether conversations of every channel end with their tenant's plan; else
 *     those of WhatsApp do, and the others only where the tenant has said how long they are kept
 * @param audit how long the audit is kept
 * @param log how long the server's log is kept
 */
public record RetentionConfig(boolean allChannels, Duration audit, Duration log) {
  public static RetentionConfig from(Settings settings, Duration audit, Duration log) {
    return new RetentionConfig(
        settings.flag("privacy.retention_of_all_channels", false), audit, log);
  }
}
