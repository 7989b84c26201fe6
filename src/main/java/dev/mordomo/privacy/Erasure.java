package dev.mordomo.privacy;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The erasing of a user or a tenant, and its receipt.
 *
 * @param subjectId the user or the tenant
 * @param requestedBy empty: nobody by name, or somebody who was erased since
 * @param erased rows that went, by table
 * @param unnamed rows that stayed and name the person no more, by table and column
 * @param files originals and exports that went from the store of files
 */
public record Erasure(
    UUID id,
    Kind kind,
    UUID tenantId,
    UUID subjectId,
    Optional<UUID> requestedBy,
    Status status,
    Map<String, Long> erased,
    Map<String, Long> unnamed,
    long files,
    Instant requestedAt,
    Optional<Instant> endedAt) {

  public Erasure {
    erased = Map.copyOf(erased);
    unnamed = Map.copyOf(unnamed);
  }

  /** What is erased. */
  public enum Kind {
    USER,
    TENANT;

    @JsonValue
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Kind of(String wire) {
      return valueOf(wire.toUpperCase(Locale.ROOT));
    }
  }

  /** It never fails for good: what cannot be erased now is erased later. */
  public enum Status {
    RUNNING,
    DONE;

    @JsonValue
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Status of(String wire) {
      return valueOf(wire.toUpperCase(Locale.ROOT));
    }
  }

  boolean isOfTenant() {
    return kind == Kind.TENANT;
  }

  /** Under which keys their files stand. */
  String filePrefix() {
    return isOfTenant() ? tenantId + "/" : tenantId + "/" + subjectId + "/";
  }
}
