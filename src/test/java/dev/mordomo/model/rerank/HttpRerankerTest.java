package dev.mordomo.model.rerank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Settings;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Asked;
import dev.mordomo.model.FakeModelServer.Behaviour;
import dev.mordomo.model.OpenCalls;
import dev.mordomo.model.Reranker;
import dev.mordomo.model.onnx.OnnxConfig;
import dev.mordomo.model.onnx.OnnxExports;
import dev.mordomo.model.onnx.OnnxProvider;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shape that Jina and Cohere share, and what a server may do wrong. */
class HttpRerankerTest {
  private static final String KEY = "sk-very-secret";
  private static final List<String> TEXTS = List.of("about cats", "about dogs", "about seas");

  private final Vertx vertx = Vertx.vertx();
  private final FakeModelServer server = FakeModelServer.start(vertx);
  private final OnnxProvider folders =
      new OnnxProvider(
          Path.of("."), Path.of("target/native"), OnnxConfig.from(Settings.of(Map.of(), Map.of())));

  @AfterEach
  void close() {
    folders.close();
    server.close();
    vertx.close().await();
  }

  private static Behaviour says(String json) {
    return Behaviour.status(200, json, Map.of("Content-Type", "application/json"));
  }

  private RerankConfig config(Map<String, String> more) {
    Map<String, String> values = new HashMap<>();
    values.put("model.reranker", "http/jina-reranker-v2");
    values.put("model.reranker_url", server.openAiUrl() + "/rerank");
    values.putAll(more);
    Settings settings = Settings.of(values, Map.of("RERANKER_API_KEY", KEY));
    RerankConfig config = RerankConfig.from(settings);
    settings.verify();
    return config;
  }

  private Reranker reranker() {
    return config(Map.of()).open(folders).orElseThrow();
  }

  private static List<Double> ask(Reranker reranker) {
    return reranker
        .relevance("what of seas?", TEXTS)
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }

  private static Failure refused(Reranker reranker) {
    CompletionException thrown = assertThrows(CompletionException.class, () -> ask(reranker));
    Failure failure = assertInstanceOf(Failure.class, thrown.getCause());
    assertFalse(failure.detail().contains(KEY), failure.detail());
    return failure;
  }

  @Test
  void questionAndTextsAreSentAndScoresComeBackInTheTextsOrder() throws Exception {
    server.then(
        says(
            """
            {"model": "m", "results": [{"index": 2, "relevance_score": 0.9, "document": {"text": "…"}},
             {"index": 0, "relevance_score": 0.2}, {"index": 1, "relevance_score": -3}]}
            """));
    Reranker reranker = reranker();
    assertEquals("http/jina-reranker-v2", reranker.name());
    assertEquals(List.of(0.2, -3.0, 0.9), ask(reranker));
    Asked asked = server.next();
    assertEquals("/v1/rerank", asked.path());
    assertEquals("Bearer " + KEY, asked.header("Authorization"));
    JsonNode body = asked.json();
    assertEquals("jina-reranker-v2", body.get("model").asText());
    assertEquals("what of seas?", body.get("query").asText());
    assertEquals(3, body.get("top_n").asInt());
    assertEquals("about dogs", body.get("documents").get(1).asText());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no json",
        "{\"results\": [{\"index\": 0, \"relevance_score\": 1}]}",
        "{\"results\": [{\"index\": 7, \"relevance_score\": 1}]}",
        "{\"results\": [{\"index\": 0, \"relevance_score\": \"high\"}]}",
        "{}"
      })
  void answersThatRankSomethingElseAreErrors(String answer) {
    server.then(says(answer));
    assertEquals(FailureCode.MODEL_ERROR, refused(reranker()).code());
  }

  @Test
  void aServerThatFailsIsUnavailableAndOneThatRefusesIsAnError() {
    server.then(
        Behaviour.status(503, KEY, Map.of()),
        Behaviour.status(429, "", Map.of()),
        Behaviour.status(401, KEY, Map.of()),
        Behaviour.hangUp());
    Reranker reranker = reranker();
    assertEquals(FailureCode.MODEL_UNAVAILABLE, refused(reranker).code());
    assertEquals(FailureCode.MODEL_UNAVAILABLE, refused(reranker).code());
    assertEquals(FailureCode.MODEL_ERROR, refused(reranker).code());
    assertEquals(FailureCode.MODEL_UNAVAILABLE, refused(reranker).code());
  }

  @Test
  void silenceEndsAtTheDeadline() {
    server.always(Behaviour.silence());
    Reranker hasty = config(Map.of("model.reranker_deadline", "50ms")).open(folders).orElseThrow();
    assertEquals(FailureCode.MODEL_TIMEOUT, refused(hasty).code());
  }

  @Test
  void aRequestIsClosedWithTheCallsThatItIsOf() throws Exception {
    server.always(Behaviour.silence());
    Reranker reranker = reranker();
    OpenCalls calls = new OpenCalls();
    Future<List<Double>> scores = calls.during(() -> reranker.relevance("what of seas?", TEXTS));
    Asked asked = server.next();
    calls.cancel();
    asked.awaitClosed();
    Failure failure = assertThrows(Failure.class, scores::await);
    assertEquals(FailureCode.INTERRUPTED, failure.code());
  }

  @Test
  void redirectsAreNotFollowed() {
    server.then(Behaviour.status(302, "", Map.of("Location", server.openAiUrl() + "/elsewhere")));
    assertEquals(FailureCode.MODEL_ERROR, refused(reranker()).code());
    assertEquals(1, server.requests());
  }

  @Test
  void anAnswerWithoutEndIsCutOff() {
    server.then(says("[" + "1,".repeat(3 << 20) + "1]"));
    assertEquals(FailureCode.MODEL_UNAVAILABLE, refused(reranker()).code());
  }

  @Test
  void settingsThatMakeNoRerankerAreNamed(@TempDir Path folder) {
    for (Map<String, String> bad :
        List.of(
            Map.of("model.reranker", "cohere"),
            Map.of("model.reranker", "http/m", "model.reranker_url", ""),
            Map.of("model.reranker_url", "file:///etc/passwd"),
            Map.of("model.reranker_url", "http://user:word@host/"),
            Map.of("model.reranker_deadline", "0s"))) {
      assertThrows(Failure.class, () -> config(bad), bad.toString());
    }
    assertFalse(config(Map.of()).toString().contains(KEY));
    OnnxExports.reranker(folder);
    RerankConfig local = config(Map.of("model.reranker", "onnx/" + folder));
    assertEquals("onnx/" + folder, local.open(folders).orElseThrow().name());
    Settings none = Settings.of(Map.of(), Map.of());
    assertTrue(RerankConfig.from(none).open(folders).isEmpty());
  }
}
