package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.RunningApp;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The whole house, with the embedded model: what was said is found in other words soon after. */
class MessageSearchRouteTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String SAID = "Preciso levar o carro ao mecânico na sexta-feira";

  private static RunningApp app;
  private static ApiClient ana;
  private static String conversation;

  @BeforeAll
  static void open() {
    app = new RunningApp(Map.of("knowledge.manual", "false"));
    ana = ApiClient.signIn(app.url());
    conversation = ana.post("/v1/conversations", Map.of("title", "Casa")).get("id").asText();
    say(SAID);
    say("Anota que a festa da Clara é no sábado");
    Await.until("both are embedded", () -> found("festa de sábado", 0.1) >= 2, SOON);
  }

  @AfterAll
  static void close() {
    app.close();
  }

  private static void say(String text) {
    ana.post(
        "/v1/conversations/" + conversation + "/turns",
        Map.of("content", text, "client_message_id", text));
  }

  private static int found(String query, double threshold) {
    return search(query, "semantic", Map.of("threshold", threshold)).size();
  }

  private static JsonNode search(String query, String mode, Map<String, ?> more) {
    Map<String, Object> body = new HashMap<>(Map.of("query", query, "mode", mode));
    body.putAll(more);
    return ana.post("/v1/messages/search", body).get("hits");
  }

  private static List<String> texts(JsonNode hits) {
    return hits.findValuesAsText("text");
  }

  @Test
  void whatWasSaidIsFoundInOtherWords() {
    String asked = "consertar o automóvel";
    assertFalse(texts(search(asked, "text", Map.of())).contains(SAID));
    JsonNode hits = search(asked, "semantic", Map.of("threshold", 0.3));
    assertEquals(SAID, hits.at("/0/text").asText(), hits.toString());
    double similarity = hits.at("/0/similarity").asDouble();
    assertTrue(similarity > 0.3 && similarity < 1, hits.toString());
    assertEquals(conversation, hits.at("/0/conversation_id").asText());
    assertTrue(hits.at("/0/sentiment").isNull());
    JsonNode both = search(asked, "hybrid", Map.of("threshold", 0.3));
    assertEquals(SAID, both.at("/0/text").asText(), both.toString());
  }

  @Test
  void whatMeansNearlyTheSameIsFoundWithoutAThreshold() {
    JsonNode hits = search("Quando é a festa da Clara?", "semantic", Map.of());
    assertEquals(
        "Anota que a festa da Clara é no sábado", hits.at("/0/text").asText(), hits.toString());
    assertTrue(hits.at("/0/similarity").asDouble() >= 0.7, hits.toString());
  }
}
