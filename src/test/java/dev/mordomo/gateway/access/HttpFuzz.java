package dev.mordomo.gateway.access;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Requests as the description has them, nearly. */
final class HttpFuzz {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PATIENCE_SECONDS = 30;

  static {
    // So that half of a pair of surrogates gets through to the server.
    JSON.getFactory().enable(JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature());
  }

  private final HttpClient client;
  private final URI server;
  private final Random random;

  HttpFuzz(Vertx vertx, String url, Random random) {
    this.client = vertx.createHttpClient();
    this.server = URI.create(url);
    this.random = random;
  }

  /** What came of one request. */
  record Result(int status, String asked, Optional<String> wrong) {}

  /**
   * One request.
   *
   * @param ids an id by the word before it in a path, or a member's name
   */
  Result once(Operation operation, Caller caller, Function<String, String> ids) {
    double wrong = random.nextInt(3) == 0 ? 0 : 0.12;
    NearlyValid values = new NearlyValid(random, ids, wrong);
    String uri = uri(operation, values, ids, wrong > 0);
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.valueOf(operation.method()))
            .setHost(server.getHost())
            .setPort(server.getPort())
            .setURI(uri);
    if (!caller.token().isEmpty()) {
      options.putHeader("Authorization", "Bearer " + caller.token());
    }
    headers(operation, values, options);
    Buffer body =
        operation.body().map(schema -> body(schema, values, options)).orElse(Buffer.buffer());
    String asked =
        caller + " " + operation.method() + " " + shown(uri) + " " + shown(body.toString());
    return send(options, body, asked);
  }

  private String uri(
      Operation operation, NearlyValid values, Function<String, String> ids, boolean bad) {
    String id = operation.kind().map(ids).orElse("");
    if (bad && random.nextInt(6) == 0) {
      id = random.nextBoolean() ? encoded(values.badText()) : id.toUpperCase(Locale.ROOT) + "%";
    }
    StringBuilder uri = new StringBuilder(operation.path().replace("{id}", id));
    char sign = '?';
    for (JsonNode parameter : operation.parameters()) {
      boolean there = parameter.path("required").asBoolean() || random.nextInt(3) == 0;
      if (parameter.path("in").asText().equals("query") && there) {
        String name = parameter.get("name").asText();
        String value = values.text(name, parameter.path("schema"));
        uri.append(sign).append(encoded(name)).append('=');
        uri.append(value.length() > 3_000 ? "long" : encoded(value));
        sign = '&';
      }
    }
    return bad && random.nextInt(20) == 0 ? uri + "?%zz=%&&=" : uri.toString();
  }

  private void headers(Operation operation, NearlyValid values, RequestOptions options) {
    for (JsonNode parameter : operation.parameters()) {
      if (parameter.path("in").asText().equals("header") && random.nextBoolean()) {
        String value = values.text(parameter.get("name").asText(), parameter.path("schema"));
        String plain = value.replaceAll("[^\\x20-\\x7e]", "?");
        options.putHeader(
            parameter.get("name").asText(), plain.substring(0, Math.min(2_000, plain.length())));
      }
    }
    if (random.nextInt(8) == 0) {
      options.putHeader("Accept", random.nextBoolean() ? "text/event-stream" : "*/*;q=x");
    }
  }

  private Buffer body(JsonNode schema, NearlyValid values, RequestOptions options) {
    String json = write(values.of("", schema));
    String type = "application/json";
    switch (random.nextInt(30)) {
      case 0 -> json = json.substring(0, random.nextInt(json.length() + 1));
      case 1 -> json = "[".repeat(200) + json;
      case 2 -> json = json.replaceFirst(",", ",,");
      case 3 -> json = "{\"a\":1,\"a\":2," + json.substring(1);
      case 4 -> type = any("text/plain", "application/xml", "multipart/form-data", "", "x");
      case 5 -> json = any("null", "[]", "1", "\"x\"", "", "{}{}", "{\"a\":1e999999999}");
      default -> {}
    }
    if (!type.isEmpty()) {
      options.putHeader("Content-Type", type);
    }
    Buffer body = Buffer.buffer(json);
    if (random.nextInt(40) == 0 && body.length() > 0) {
      body.setByte(random.nextInt(body.length()), (byte) random.nextInt(256));
    }
    return body;
  }

  private String any(String... choices) {
    return List.of(choices).get(random.nextInt(choices.length));
  }

  private Result send(RequestOptions options, Buffer body, String asked) {
    long began = System.nanoTime();
    try {
      return client
          .request(options)
          .compose(request -> answer(request, body))
          .map(got -> {
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            return new Result(
                got.status(), asked, Verdicts.ofHttp(got.status(), got.type(), got.body(), millis));
          })
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return new Result(0, asked, Optional.of("no answer in " + PATIENCE_SECONDS + " s"));
    } catch (ExecutionException e) {
      return new Result(0, asked, Optional.of("the connection broke: " + e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private record Got(int status, String type, String body) {}

  private static Future<Got> answer(HttpClientRequest request, Buffer body) {
    return request
        .send(body)
        .compose(response -> {
          String type = Optional.ofNullable(response.getHeader("Content-Type")).orElse("");
          if (type.startsWith("text/event-stream")) {
            return leave(request, response, type);
          }
          return response.body().map(all -> new Got(response.statusCode(), type, all.toString()));
        });
  }

  /** A stream goes on as long as somebody listens. */
  private static Future<Got> leave(
      HttpClientRequest request, HttpClientResponse response, String type) {
    // That it ends in the middle is our own doing.
    response.exceptionHandler(ignored -> {});
    return request
        .connection()
        .close()
        .map(ignored -> new Got(response.statusCode(), type, ""))
        .otherwise(new Got(response.statusCode(), type, ""));
  }

  private static String write(JsonNode value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String shown(String text) {
    return text.length() > 600 ? text.substring(0, 600) + "…(" + text.length() + ")" : text;
  }
}
