package dev.mordomo.privacy;

import dev.mordomo.kernel.Settings;

/**
 * The settings under {@code privacy}.
 *
 * @param allChannels whether conversations of every channel end with their tenant's plan; else
 *     those of WhatsApp do, and the others only where the tenant has said how long they are kept
 */
public record RetentionConfig(boolean allChannels) {
  public static RetentionConfig from(Settings settings) {
    return new RetentionConfig(settings.flag("privacy.retention_of_all_channels", false));
  }
}
