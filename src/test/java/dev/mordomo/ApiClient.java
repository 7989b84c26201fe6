package dev.mordomo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

/** The first administrator, or another user, at one node over HTTP. */
public final class ApiClient {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final String url;
  private final String token;

  private ApiClient(String url, String token) {
    this.url = url;
    this.token = token;
  }

  public static ApiClient signIn(String url) {
    return signIn(url, RunningApp.EMAIL, RunningApp.PASSWORD);
  }

  public static ApiClient signIn(String url, String email, String password) {
    JsonNode tokens =
        new ApiClient(url, "").post("/v1/auth/token", Map.of("email", email, "password", password));
    return new ApiClient(url, tokens.get("access_token").asText());
  }

  /** At a node, with a token. */
  public static ApiClient of(String url, String token) {
    return new ApiClient(url, token);
  }

  /** The same sign-in at another node. */
  public ApiClient at(String otherUrl) {
    return new ApiClient(otherUrl, token);
  }

  /** The same node with another credential. */
  public ApiClient with(String otherToken) {
    return new ApiClient(url, otherToken);
  }

  /** The access token. */
  public String token() {
    return token;
  }

  public JsonNode get(String path) {
    return send(request(path).GET());
  }

  public JsonNode post(String path, Map<String, ?> body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(Json.write(body))));
  }

  /** A post, whatever its answer. */
  public HttpResponse<String> tryPost(String path, Map<String, ?> body)
      throws IOException, InterruptedException {
    return HTTP.send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(Json.write(body)))
            .build(),
        BodyHandlers.ofString());
  }

  public JsonNode patch(String path, Map<String, ?> body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .method("PATCH", BodyPublishers.ofString(Json.write(body))));
  }

  /** What is answered to a request without a body. */
  public int status(String method, String path) {
    try {
      return HTTP.send(
              request(path).method(method, BodyPublishers.noBody()).build(),
              BodyHandlers.ofString())
          .statusCode();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** A post with an {@code Idempotency-Key}, whatever its answer. */
  public HttpResponse<String> postOnce(String path, String key, Map<String, ?> body)
      throws IOException, InterruptedException {
    return HTTP.send(
        request(path)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofString(Json.write(body)))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path)).timeout(PATIENCE);
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }

  private static JsonNode send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
      if (response.statusCode() >= 300) {
        throw new AssertionError(response + " " + response.body());
      }
      return Json.read(response.body());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
