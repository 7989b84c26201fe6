package dev.mordomo.gateway.access;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Somebody with a browser at the provider: signs in, consents, and is sent back. */
final class ProviderBrowser implements AutoCloseable {
  private static final int MOST_STEPS = 20;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .cookieHandler(new CookieManager())
          .build();

  /**
   * @return the parameters that they come back with
   */
  Map<String, String> go(String authorizationUrl, String name, String redirectUri) {
    URI at = URI.create(authorizationUrl);
    for (int step = 0; step < MOST_STEPS; step++) {
      HttpResponse<String> page = send(HttpRequest.newBuilder(at).build());
      if (page.statusCode() == 200) {
        boolean login = page.body().contains("name=\"login\"");
        String form = login ? "prompt=login&login=" + name + "&password=x" : "prompt=consent";
        page =
            send(
                HttpRequest.newBuilder(at)
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString(form))
                    .build());
      }
      String location =
          page.headers()
              .firstValue("location")
              .orElseThrow(() -> new AssertionError("the provider does not go on"));
      at = at.resolve(location);
      if (at.toString().startsWith(redirectUri)) {
        return query(at);
      }
    }
    throw new AssertionError("the provider leads nowhere");
  }

  private static Map<String, String> query(URI uri) {
    Map<String, String> all = new HashMap<>();
    for (String pair : uri.getRawQuery().split("&")) {
      int equals = pair.indexOf('=');
      all.put(
          pair.substring(0, equals),
          URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
    }
    return all;
  }

  HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
