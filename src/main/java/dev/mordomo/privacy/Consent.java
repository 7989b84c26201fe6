package dev.mordomo.privacy;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * That a user agreed to something, which they alone can.
 *
 * @param purpose what for: {@link #PERSONAL_DATA}
 * @param revokedAt empty while it holds
 */
public record Consent(
    UUID id, UUID userId, String purpose, Instant givenAt, Optional<Instant> revokedAt) {
  /** That personal data in one's own messages is kept as it was said. */
  public static final String PERSONAL_DATA = "personal_data";
}
