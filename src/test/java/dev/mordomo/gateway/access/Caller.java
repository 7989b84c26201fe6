package dev.mordomo.gateway.access;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.kernel.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Somebody who calls the server, or nobody.
 *
 * @param token empty: not signed in
 */
record Caller(String name, String url, String token, String tenantId, String userId) {
  static final String PASSWORD = "another long battery";
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /**
   * An answer, without what differs from request to request.
   *
   * @param headers in lower case, but for those of time and of the request's own id
   */
  record Got(int status, Map<String, String> headers, String body) {
    JsonNode json() {
      return Json.read(body);
    }
  }

  static Caller nobody(String url) {
    return new Caller("nobody", url, "", "", "");
  }

  static Caller signIn(String name, String url, String email, String password) {
    ApiClient client = ApiClient.signIn(url, email, password);
    JsonNode me = client.get("/v1/me");
    return new Caller(
        name, url, client.token(), me.get("tenant_id").asText(), me.get("id").asText());
  }

  /** Another sign-in of the same person. */
  Caller again() {
    return with(
        (name.equals("root")
                ? ApiClient.signIn(url)
                : ApiClient.signIn(url, name + "@example.org", PASSWORD))
            .token());
  }

  /** A new user of a tenant, made by this one. */
  Caller make(String newName, String tenant, String role) {
    String email = newName + "@example.org";
    api()
        .post(
            "/v1/users",
            Map.of(
                "tenant_id",
                tenant,
                "email",
                email,
                "password",
                PASSWORD,
                "name",
                newName,
                "role",
                role));
    return signIn(newName, url, email, PASSWORD);
  }

  ApiClient api() {
    return ApiClient.of(url, token);
  }

  /** The same person with another credential. */
  Caller with(String otherToken) {
    return new Caller(name, url, otherToken, tenantId, userId);
  }

  /**
   * Calls an operation as the description says.
   *
   * @param id stands in its path
   * @param ids for what else it may name, by the member's name
   * @param replaced members of the body in place of what the schema suggests
   */
  Got call(
      Operation operation,
      String id,
      Function<String, Optional<String>> ids,
      Map<String, ?> replaced) {
    Sample sample = new Sample(ids);
    StringBuilder query = new StringBuilder();
    HttpRequest.Builder request = HttpRequest.newBuilder();
    for (JsonNode parameter : operation.parameters()) {
      String name = parameter.get("name").asText();
      JsonNode schema = parameter.get("schema");
      boolean named = parameter.path("required").asBoolean() || Sample.namesIds(schema);
      if (named && parameter.get("in").asText().equals("query")) {
        sample
            .text(name, schema)
            .ifPresent(
                value -> query.append(query.isEmpty() ? '?' : '&').append(name + "=" + value));
      } else if (named && parameter.get("in").asText().equals("header")) {
        sample.text(name, schema).ifPresent(value -> request.header(name, value));
      }
    }
    request.uri(URI.create(url + operation.path().replace("{id}", id) + query));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    request.header("X-Request-Id", "the-same-for-all");
    if (operation.body().isPresent()) {
      Map<String, Object> body = Json.map(sample.of(operation.body().get()));
      body.putAll(replaced);
      request
          .header("Content-Type", "application/json")
          .method(operation.method(), BodyPublishers.ofString(Json.write(body)));
    } else {
      request.method(operation.method(), BodyPublishers.noBody());
    }
    return send(request.build());
  }

  static Got send(HttpRequest request) {
    try {
      HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
      Map<String, String> headers = new TreeMap<>();
      response.headers().map().forEach((name, values) -> headers.put(name, values.toString()));
      headers.keySet().removeAll(java.util.Set.of("date", "x-request-id"));
      return new Got(response.statusCode(), headers, response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
