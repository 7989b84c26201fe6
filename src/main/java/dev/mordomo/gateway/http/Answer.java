package dev.mordomo.gateway.http;

import dev.mordomo.kernel.Json;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a handler gives back; the route runner writes it. */
sealed interface Answer {
  /** Text, JSON unless its headers say otherwise. */
  record Text(int status, Map<String, String> headers, String body) implements Answer {}

  /** Bytes of some type. */
  record Bytes(int status, Map<String, String> headers, Buffer body) implements Answer {}

  /** A file as it is. */
  record File(Map<String, String> headers, Path path) implements Answer {}

  /** Nothing but a status. */
  record Empty(int status, Map<String, String> headers) implements Answer {}

  /** Writes itself, and ends the response. Failures before the first byte become problems. */
  record Stream(Writer writer) implements Answer {}

  /** Writes a response as it goes, on a virtual thread; what it writes leaves on the loop. */
  @FunctionalInterface
  interface Writer {
    void write(HttpServerRequest request, Context loop);
  }

  static Answer ok(Object value) {
    return new Text(200, Map.of(), Json.write(value));
  }

  static Answer created(Object value) {
    return new Text(201, Map.of(), Json.write(value));
  }

  static Answer accepted(Object value) {
    return new Text(202, Map.of(), Json.write(value));
  }

  static Answer done() {
    return new Empty(204, Map.of());
  }

  /** A page of a list: {@code {data, next_cursor}}. */
  static Answer page(List<?> data, Optional<String> next) {
    return page(data, next, Map.of());
  }

  /** A page with members beside it. */
  static Answer page(List<?> data, Optional<String> next, Map<String, ?> beside) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("data", data);
    body.put("next_cursor", next);
    body.putAll(beside);
    return ok(body);
  }
}
