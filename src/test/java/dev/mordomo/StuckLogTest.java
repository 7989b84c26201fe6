package dev.mordomo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.TestDatabase;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Where the log goes to takes nothing any more: turns are answered all the same. */
class StuckLogTest {
  private static final Duration START = Duration.ofSeconds(90);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static TestDatabase db;

  @BeforeAll
  static void open() {
    db = TestDatabase.create();
  }

  @AfterAll
  static void close() {
    db.close();
  }

  @Test
  void aPipeThatNobodyReads() throws Exception {
    try (NodeProcess node = node(Redirect.PIPE)) {
      assertTrue(node.isUnheard());
      assertAnswers(node);
      assertTrue(node.isUnheard());
      // Nor does it hold up the end.
      node.terminate();
    }
  }

  @Test
  void aFullDisk() throws Exception {
    try (NodeProcess node = node(Redirect.to(new File("/dev/full")))) {
      assertAnswers(node);
      node.terminate();
    }
  }

  /** One that has much to say. */
  private static NodeProcess node(Redirect console) {
    NodeProcess node =
        NodeProcess.startLoggingTo(
            console,
            db,
            Map.of(
                "MORDOMO_GATEWAY_PORT",
                String.valueOf(FreePort.any()),
                "MORDOMO_LOG_LEVEL",
                "TRACE"));
    Await.until("the node listens", () -> isReady(node), START);
    return node;
  }

  private static boolean isReady(NodeProcess node) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
                  HttpRequest.newBuilder(URI.create(node.url() + "/health/ready"))
                      .timeout(PATIENCE)
                      .build(),
                  BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void assertAnswers(NodeProcess node) {
    ApiClient client = ApiClient.signIn(node.url());
    for (int i = 0; i < 20; i++) {
      String conversation = client.post("/v1/conversations", Map.of()).get("id").asText();
      JsonNode turn =
          client.post(
              "/v1/conversations/" + conversation + "/turns",
              Map.of(
                  "content", "olá", "client_message_id", conversation, "collections", List.of()));
      String path = "/v1/turns/" + turn.get("turn_id").asText();
      Await.until(
          "the turn ends",
          () -> client.get(path).get("status").asText().equals("completed"),
          PATIENCE);
    }
  }
}
