package dev.mordomo.model.langchain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.EmbeddingModel.Use;
import dev.mordomo.model.FakeModelServer.Asked;
import dev.mordomo.model.FakeModelServer.Behaviour;
import dev.mordomo.model.OpenCalls;
import io.vertx.core.Future;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LangChainEmbeddingModelTest {
  private static final Map<String, String> KNOWN = Map.of("model.embedding_dimensions", "4");

  private final LangChainHouse house = new LangChainHouse();

  @AfterEach
  void close() {
    house.close();
  }

  private EmbeddingModel model(Map<String, String> values) {
    return house.embedding("openai", values);
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "ollama"})
  void theLengthIsAskedAtStart(String provider) {
    house.server.always(Behaviour.embedding(6));
    EmbeddingModel model = house.embedding(provider, Map.of());
    assertEquals(6, model.dimensions());
    assertEquals(provider + "/embed-test", model.name());
    assertTrue(Double.isNaN(model.probability(0.9, "pt", "pt")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "ollama"})
  void vectorsAreOfLengthOneAndInOrder(String provider) {
    house.server.always(Behaviour.embedding(4));
    List<float[]> vectors =
        house.embedding(provider, KNOWN).embed(List.of("a", "aaa"), Use.PASSAGE).await();
    assertEquals(2, vectors.size());
    assertEquals(Math.sqrt(0.5), vectors.getFirst()[0], 1e-6);
    assertEquals(3 / Math.sqrt(10), vectors.getLast()[0], 1e-6);
  }

  @Test
  void manyTextsGoInBatches() throws Exception {
    house.server.always(Behaviour.embedding(4));
    assertEquals(
        150, model(KNOWN).embed(Collections.nCopies(150, "a"), Use.PASSAGE).await().size());
    assertEquals(64, house.server.next().json().at("/input").size());
    assertEquals(64, house.server.next().json().at("/input").size());
    assertEquals(22, house.server.next().json().at("/input").size());
  }

  @Test
  void queriesAndPassagesHaveTheirPrefixes() throws Exception {
    house.server.always(Behaviour.embedding(4));
    EmbeddingModel model =
        model(
            Map.of(
                "model.embedding_dimensions", "4",
                "model.embedding_query_prefix", "query:",
                "model.embedding_passage_prefix", "passage:"));
    model.embed(List.of("a"), Use.QUERY).await();
    model.embed(List.of("a"), Use.PASSAGE).await();
    assertEquals("query: a", house.server.next().json().at("/input/0").asText());
    assertEquals("passage: a", house.server.next().json().at("/input/0").asText());
  }

  @Test
  void whatSaysTheSameIsASetting() {
    assertEquals(OptionalDouble.of(0.95), model(KNOWN).sameFrom());
    Map<String, String> lower =
        Map.of("model.embedding_dimensions", "4", "model.embedding_same_from", "0.8");
    assertEquals(OptionalDouble.of(0.8), model(lower).sameFrom());
  }

  @Test
  void nothingIsNotSent() {
    assertEquals(List.of(), model(KNOWN).embed(List.of(), Use.QUERY).await());
    assertEquals(0, house.server.requests());
  }

  @Test
  void anUnreachableServerIsAskedAgain() {
    house.server.then(Behaviour.status(503, "", Map.of())).always(Behaviour.embedding(4));
    assertEquals(1, model(KNOWN).embed(List.of("a"), Use.QUERY).await().size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "ollama"})
  void aRequestIsClosedWithTheCallsThatItIsOf(String provider) throws Exception {
    house.server.always(Behaviour.silence());
    EmbeddingModel model = house.embedding(provider, KNOWN);
    OpenCalls calls = new OpenCalls();
    Future<List<float[]>> vectors = calls.during(() -> model.embed(List.of("a"), Use.QUERY));
    Asked asked = house.server.next();
    Future<List<float[]>> others = model.embed(List.of("b"), Use.QUERY);
    Asked other = house.server.next();
    calls.cancel();
    asked.awaitClosed();
    assertEquals(FailureCode.INTERRUPTED, assertThrows(Failure.class, vectors::await).code());
    assertFalse(other.isClosed());
    assertFalse(others.isComplete());
    // What is asked of them later is closed as well.
    Future<List<float[]>> late = calls.during(() -> model.embed(List.of("c"), Use.QUERY));
    assertEquals(FailureCode.INTERRUPTED, assertThrows(Failure.class, late::await).code());
  }

  @Test
  void nobodyIsAskedAgainForWhoHasGone() throws Exception {
    house.server.always(Behaviour.status(503, "", Map.of("Retry-After", "3")));
    EmbeddingModel model = model(KNOWN);
    OpenCalls calls = new OpenCalls();
    Future<List<float[]>> vectors = calls.during(() -> model.embed(List.of("a"), Use.QUERY));
    house.server.next().awaitEnded();
    calls.cancel();
    assertEquals(FailureCode.INTERRUPTED, assertThrows(Failure.class, vectors::await).code());
    assertEquals(1, house.server.requests());
  }

  @Test
  void failuresAreTyped() {
    house.server.always(Behaviour.status(401, "", Map.of()));
    assertEquals(FailureCode.MODEL_ERROR, failure(KNOWN).code());
    house.server.always(Behaviour.status(200, "{}", Map.of()));
    assertEquals(FailureCode.MODEL_ERROR, failure(KNOWN).code());
    house.server.always(Behaviour.status(200, "not json", Map.of()));
    assertEquals(FailureCode.MODEL_ERROR, failure(KNOWN).code());
    house.server.always(Behaviour.embedding(5));
    assertEquals(FailureCode.MODEL_ERROR, failure(KNOWN).code());
    house.server.always(Behaviour.silence());
    assertEquals(
        FailureCode.MODEL_TIMEOUT,
        failure(Map.of("model.embedding_dimensions", "4", "model.deadline_first_token", "200ms"))
            .code());
  }

  private Failure failure(Map<String, String> values) {
    EmbeddingModel model = model(values);
    return assertThrows(Failure.class, () -> model.embed(List.of("a"), Use.QUERY).await());
  }

  @Test
  void aServerThatIsDownAtStartIsTold() {
    house.server.always(Behaviour.status(500, "", Map.of()));
    Failure failure = assertThrows(Failure.class, () -> model(Map.of("model.retries", "0")));
    assertEquals(FailureCode.MODEL_UNAVAILABLE, failure.code());
  }
}
