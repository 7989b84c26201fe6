package dev.mordomo.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Failure;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.slf4j.LoggerFactory;

/** What came with a request. */
sealed interface RequestBody extends AutoCloseable {
  record None() implements RequestBody {}

  record Json(JsonNode node, Buffer bytes) implements RequestBody {}

  record Form(Upload upload) implements RequestBody {}

  /** Whether this is the same request again: all that its meaning depends on. */
  default byte[] fingerprint() {
    return switch (this) {
      case None none -> new byte[0];
      case Json json -> json.bytes().getBytes();
      case Form form ->
          (form.upload().sha256() + new java.util.TreeMap<>(form.upload().fields()))
              .getBytes(StandardCharsets.UTF_8);
    };
  }

  /** Deletes the file that came with it. */
  @Override
  default void close() {
    if (this instanceof Form form) {
      try {
        Files.deleteIfExists(form.upload().file());
      } catch (IOException e) {
        LoggerFactory.getLogger(RequestBody.class)
            .warn("an uploaded file stays in {}; delete it", form.upload().file(), e);
      }
    }
  }

  /** As {@code malformed}. */
  static Failure malformed(String detail) {
    return Failure.of(dev.mordomo.kernel.FailureCode.MALFORMED, detail);
  }
}
