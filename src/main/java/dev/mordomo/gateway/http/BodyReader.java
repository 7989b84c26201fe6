package dev.mordomo.gateway.http;

import dev.mordomo.gateway.GatewayConfig;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** Reads a request's body within its limit. The request is paused until then, or short and here. */
final class BodyReader {
  /**
   * Up to so many bytes are waited for on the event loop: a question with its vector is shorter.
   */
  private static final int SHORT_BYTES = 16 * 1024;

  private static final String ARRIVED = BodyReader.class.getName();

  private final GatewayConfig config;
  private final Context work;

  BodyReader(GatewayConfig config, Context work) {
    this.config = config;
    this.work = work;
  }

  /**
   * On the event loop: whether the body is JSON and short. Then it is waited for right here, where
   * it mostly is already: a virtual thread that asks for it wakes the event loop, to be woken by
   * it.
   */
  boolean isShort(HttpServerRequest request, Route.Body wanted) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return wanted == Route.Body.JSON
        && request.headers().contains(HttpHeaders.AUTHORIZATION)
        && length != null
        && length.length() < 6
        && Integer.parseInt(length) <= Math.min(SHORT_BYTES, config.bodyBytes());
  }

  /** On the event loop: calls when a short body is here, or has broken off. */
  void arrive(RoutingContext routing, Runnable here) {
    Future<Buffer> body = routing.request().body();
    routing.put(ARRIVED, body);
    body.onComplete(read -> here.run());
  }

  /**
   * @throws Failure {@code too_large}, {@code malformed} or {@code unsupported_media_type}
   */
  RequestBody read(RoutingContext routing, Route.Body wanted) {
    HttpServerRequest request = routing.request();
    String type = mediaType(request);
    if (wanted == Route.Body.UPLOAD && type.equals("multipart/form-data")) {
      refuseLonger(request, config.uploadBytes() + config.bodyBytes());
      return new UploadReader(config.uploadBytes(), work).read(request);
    }
    refuseLonger(request, config.bodyBytes());
    Future<Buffer> arrived = routing.get(ARRIVED);
    byte[] bytes = arrived == null ? bytes(request) : Database.await(arrived).getBytes();
    if (bytes.length == 0) {
      return new RequestBody.None();
    }
    if (!type.isEmpty() && !type.equals("application/json") && !type.endsWith("+json")) {
      throw Failure.of(
          FailureCode.UNSUPPORTED_MEDIA_TYPE, "expected application/json, not " + type);
    }
    return new RequestBody.Json(Json.read(text(bytes)), Buffer.buffer(bytes));
  }

  private static String mediaType(HttpServerRequest request) {
    return Optional.ofNullable(request.getHeader(HttpHeaders.CONTENT_TYPE))
        .map(v -> v.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
        .orElse("");
  }

  private static void refuseLonger(HttpServerRequest request, long most) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    // Netty has checked that it is a number; a long one may not fit.
    if (length != null && (length.length() > 18 || Long.parseLong(length) > most)) {
      throw tooLarge(most);
    }
  }

  static Failure tooLarge(long most) {
    return Failure.of(FailureCode.TOO_LARGE, "at most " + most + " bytes are taken here");
  }

  private byte[] bytes(HttpServerRequest request) {
    Promise<Buffer> whole = Promise.promise();
    Buffer collected = Buffer.buffer();
    request.exceptionHandler(whole::tryFail);
    request.handler(part -> {
      if (collected.length() + part.length() > config.bodyBytes()) {
        whole.tryFail(tooLarge(config.bodyBytes()));
      } else {
        collected.appendBuffer(part);
      }
    });
    request.endHandler(end -> whole.tryComplete(collected));
    request.resume();
    return Database.await(whole.future()).getBytes();
  }

  private static String text(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException e) {
      throw Failure.of(FailureCode.MALFORMED, "the body is not UTF-8", e);
    }
  }
}
