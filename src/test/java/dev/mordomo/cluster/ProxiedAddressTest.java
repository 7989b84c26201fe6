package dev.mordomo.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.RunningApp;
import dev.mordomo.kernel.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code conf/haproxy.cfg} tells the nodes from where clients come. */
class ProxiedAddressTest {
  /** Another one than the proxy's own, on the same loopback. */
  private static final String CLIENT = "127.0.0.2";

  private static HttpResponse<String> signIn(String url) {
    String body = Json.write(Map.of("email", RunningApp.EMAIL, "password", RunningApp.PASSWORD));
    try (HttpClient http =
        HttpClient.newBuilder().localAddress(InetAddress.ofLiteral(CLIENT)).build()) {
      return http.send(
          HttpRequest.newBuilder(URI.create(url + "/v1/auth/token"))
              .header("Content-Type", "application/json")
              .header("X-Forwarded-For", "8.8.8.8")
              .POST(BodyPublishers.ofString(body))
              .build(),
          BodyHandlers.ofString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Test
  void theClientsAddressComesThroughAndNotWhatTheClientSays() {
    Map<String, String> settings =
        Map.of("knowledge.manual", "false", "gateway.trusted_proxies", "127.0.0.1");
    try (RunningApp app = new RunningApp(settings);
        LoadBalancer proxy =
            new LoadBalancer(Collections.nCopies(3, URI.create(app.url()).getPort()))) {
      ApiClient through = ApiClient.of(proxy.url(), "");
      Await.until(
          "the proxy has a node",
          () -> through.status("GET", "/health/live") == 200,
          Nodes.PATIENCE);
      HttpResponse<String> tokens = signIn(proxy.url());
      assertEquals(200, tokens.statusCode(), tokens.body());
      JsonNode sessions =
          through
              .with(Json.read(tokens.body()).get("access_token").asText())
              .at(app.url())
              .get("/v1/me/sessions");
      assertEquals(CLIENT, sessions.at("/data/0/address").asText(), sessions.toString());
    }
  }
}
