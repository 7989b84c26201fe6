package dev.mordomo.gateway.access;

import dev.mordomo.gateway.access.Caller.Got;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import java.util.Optional;

/** What attackers send, whatever the description says. */
final class Attack {
  private Attack() {}

  /** A call as described, by its name. */
  static Got call(Caller caller, String operation, String id, Map<String, ?> members) {
    return caller.call(
        Operation.all().stream()
            .filter(o -> o.name().equals(operation))
            .findFirst()
            .orElseThrow(() -> new AssertionError("there is no " + operation)),
        id,
        name -> Optional.empty(),
        members);
  }

  /**
   * Any request.
   *
   * @param headers names and values in turn
   */
  static Got raw(Caller caller, String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(caller.url() + path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (!caller.token().isEmpty()) {
      request.header("Authorization", "Bearer " + caller.token());
    }
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return Caller.send(request.build());
  }
}
