package dev.mordomo.privacy;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Everything of a user or a tenant as one ZIP.
 *
 * @param subjectId the user or the tenant
 * @param counts rows by kind, and files
 * @param size in bytes; 0 until it is ready
 * @param expiresAt when it can be downloaded no more; empty until it is ready
 */
public record Export(
    UUID id,
    Erasure.Kind kind,
    UUID subjectId,
    Status status,
    Map<String, Long> counts,
    long size,
    Instant createdAt,
    Optional<Instant> expiresAt) {
  public Export {
    counts = Map.copyOf(counts);
  }

  /** Downloaded once, it is gone. */
  public enum Status {
    RUNNING,
    READY,
    DOWNLOADED,
    FAILED;

    @JsonValue
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Status of(String wire) {
      return valueOf(wire.toUpperCase(Locale.ROOT));
    }
  }
}
