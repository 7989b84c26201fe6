package dev.mordomo.ops.audit;

import dev.mordomo.kernel.Deed;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A record as it stands in the table, and what of it is hashed: this is the one place that says so,
 * for the sealer and for whoever checks.
 *
 * @param fields every text that is hashed, in order; details as they were written
 */
record AuditRow(
    UUID id,
    UUID tenantId,
    Instant at,
    List<Optional<String>> fields,
    Personal personal,
    @Nullable Long seq,
    @Nullable Buffer hash) {

  /**
   * @param salt empty since the rest was erased
   * @param hash of salt, address and user agent as they were
   */
  record Personal(
      Optional<Buffer> salt, Optional<String> address, Optional<String> userAgent, Buffer hash) {

    /** Whether it is what was hashed, or was erased whole. */
    boolean isWhole() {
      return salt.map(s ->
              MessageDigest.isEqual(
                  Deed.personalHash(s.getBytes(), address, userAgent), hash.getBytes()))
          .orElse(address.isEmpty() && userAgent.isEmpty());
    }
  }

  /** SHA-256 over the hash before and this record: each field as its length in bytes and UTF-8. */
  Buffer hashAfter(Buffer previous) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(previous.getBytes());
    put(bytes, Optional.of(id.toString()));
    put(bytes, Optional.of(tenantId.toString()));
    put(bytes, Optional.of(at.toString()));
    fields.forEach(field -> put(bytes, field));
    bytes.writeBytes(personal.hash().getBytes());
    try {
      return Buffer.buffer(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }

  static void put(ByteArrayOutputStream bytes, Optional<String> field) {
    byte[] text = field.orElse("").getBytes(StandardCharsets.UTF_8);
    int length = field.isPresent() ? text.length : -1;
    bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
    bytes.writeBytes(text);
  }
}
