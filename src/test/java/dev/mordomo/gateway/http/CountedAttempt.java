package dev.mordomo.gateway.http;

import dev.mordomo.kernel.Json;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;

/** A completion as OpenAI's clients ask for it, with the number of the attempt. */
final class CountedAttempt {
  private CountedAttempt() {}

  static HttpRequest of(String url, String token, int count, String words) {
    Map<String, Object> body =
        Map.of("model", "mordomo", "messages", List.of(Map.of("role", "user", "content", words)));
    return HttpRequest.newBuilder(URI.create(url + "/v1/chat/completions"))
        .header("Authorization", "Bearer " + token)
        .header("Content-Type", "application/json")
        .header("x-stainless-retry-count", String.valueOf(count))
        .POST(BodyPublishers.ofString(Json.write(body)))
        .build();
  }
}
