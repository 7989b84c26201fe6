package dev.mordomo.ops.audit;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What was asked once, as it is sealed.
 *
 * @param fields every text that is hashed, in order; what is personal is there as a hash
 */
record AskedRow(UUID id, List<Optional<String>> fields) {

  /** Each field as its length in bytes and UTF-8, after the id. */
  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    AuditRow.put(bytes, Optional.of(id.toString()));
    fields.forEach(field -> AuditRow.put(bytes, field));
    return bytes.toByteArray();
  }
}
