package dev.mordomo.job;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A job as its user sees it.
 *
 * @param attempts how often it was begun
 * @param result what came of it, once it is done
 * @param error why it failed, or why the last attempt did
 */
public record Job(
    UUID id,
    String type,
    JobStatus status,
    Progress progress,
    int attempts,
    Optional<Map<String, Object>> result,
    Optional<Problem> error,
    Instant createdAt,
    Instant updatedAt) {

  /**
   * @param total 0 while it is not known
   */
  public record Progress(long done, long total) {}

  /**
   * @param code a stable code, as of any failure
   * @param detail a sentence for the user
   */
  public record Problem(String code, String detail) {}
}
