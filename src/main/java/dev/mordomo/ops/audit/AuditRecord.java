package dev.mordomo.ops.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * What one deed left.
 *
 * @param tenantId whose record it is; empty: the installation's
 * @param action for instance {@code user.change}
 * @param result {@code ok}, {@code denied} or {@code failed}
 * @param code why it was denied or failed
 * @param address from where; empty since it was erased, or where there is none
 * @param seq its number in the chain; empty until it is sealed
 * @param hash that of the chain up to it, in hexadecimal digits
 */
public record AuditRecord(
    UUID id,
    Optional<UUID> tenantId,
    Instant at,
    Actor actor,
    String action,
    Target target,
    String result,
    Optional<String> code,
    Optional<String> requestId,
    Optional<String> address,
    Optional<String> userAgent,
    JsonNode details,
    Optional<Long> seq,
    Optional<String> hash) {

  /**
   * @param kind {@code user}, {@code key}, {@code command} or {@code nobody}
   * @param id of {@code nobody}: whose account was tried
   * @param credential the id of the session or of the API key
   */
  public record Actor(
      String kind, Optional<UUID> id, Optional<String> role, Optional<String> credential) {}

  /**
   * @param type for instance {@code user}
   */
  public record Target(String type, Optional<String> id) {}
}
