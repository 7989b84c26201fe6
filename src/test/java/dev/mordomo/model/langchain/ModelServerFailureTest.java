package dev.mordomo.model.langchain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Behaviour;
import dev.mordomo.model.Heard;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which a model server can fail, over real connections. */
class ModelServerFailureTest {
  private static final Map<String, String> IMPATIENT =
      Map.of("model.deadline_first_token", "250ms", "model.deadline_idle", "250ms");

  private final LangChainHouse house = new LangChainHouse();
  private final Heard heard = new Heard();

  @AfterEach
  void close() {
    house.close();
    assertEquals(List.of(), heard.wrongs());
  }

  private Failure failure(Behaviour behaviour) throws Exception {
    return failure("openai", behaviour);
  }

  private Failure failure(String provider, Behaviour behaviour) throws Exception {
    house.server.then(behaviour);
    house.of(provider).stream(LangChainHouse.asking("oi"), heard);
    Failure failure = heard.failure();
    assertFalse(failure.detail().contains(LangChainHouse.KEY), failure.detail());
    return failure;
  }

  @Test
  void nobodyListens() throws Exception {
    String gone = FakeModelServer.refusing(house.vertx);
    house.openAi(Map.of("url", gone)).stream(LangChainHouse.asking("oi"), heard);
    Failure failure = heard.failure();
    assertEquals(FailureCode.MODEL_UNAVAILABLE, failure.code());
    assertTrue(failure.detail().contains("127.0.0.1"), failure.detail());
    assertTrue(failure.detail().contains("OPENAI_BASE_URL"), failure.detail());
  }

  @Test
  void theHostIsUnknown() throws Exception {
    house.openAi(Map.of("url", "http://no-such-host.invalid/v1")).stream(
        LangChainHouse.asking("oi"), heard);
    assertEquals(FailureCode.MODEL_UNAVAILABLE, heard.failure().code());
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void theKeyIsRefused(int status) throws Exception {
    Failure failure =
        failure(
            Behaviour.status(
                status,
                "{\"error\":{\"message\":\"Incorrect API key: " + LangChainHouse.KEY + "\"}}",
                Map.of()));
    assertEquals(FailureCode.MODEL_ERROR, failure.code());
    assertTrue(failure.detail().contains("OPENAI_API_KEY"), failure.detail());
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "ollama"})
  void theModelIsUnknown(String provider) throws Exception {
    Failure failure =
        failure(provider, Behaviour.status(404, "{\"error\":\"model not found\"}", Map.of()));
    assertEquals(FailureCode.MODEL_ERROR, failure.code());
    assertTrue(failure.detail().contains("the model test "), failure.detail());
  }

  @Test
  void theRequestIsRefusedWithAReason() throws Exception {
    Failure failure =
        failure(
            Behaviour.status(
                400,
                "{\"error\":{\"message\":\"too long for " + LangChainHouse.KEY + "\"}}",
                Map.of()));
    assertEquals(FailureCode.MODEL_ERROR, failure.code());
    assertTrue(failure.detail().endsWith("(400): too long for …"), failure.detail());
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "Sun, 01 Mar 2026 12:00:07 GMT"})
  void itRefusesForLoad(String retryAfter) throws Exception {
    Failure failure = failure(Behaviour.status(429, "", Map.of("Retry-After", retryAfter)));
    assertEquals(FailureCode.MODEL_UNAVAILABLE, failure.code());
    assertEquals(Optional.of(Duration.ofSeconds(7)), failure.retryAfter());
  }

  @Test
  void anUnreadableRetryAfterIsNone() throws Exception {
    Failure failure = failure(Behaviour.status(429, "", Map.of("Retry-After", "soon")));
    assertEquals(Optional.empty(), failure.retryAfter());
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503})
  void itFails(int status) throws Exception {
    Failure failure = failure(Behaviour.status(status, "<html>oops</html>", Map.of()));
    assertEquals(FailureCode.MODEL_UNAVAILABLE, failure.code());
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "ollama"})
  void itHangsUpBeforeAWord(String provider) throws Exception {
    assertEquals(FailureCode.MODEL_UNAVAILABLE, failure(provider, Behaviour.hangUp()).code());
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "ollama"})
  void theConnectionIsCutInTheMiddle(String provider) throws Exception {
    assertEquals(
        FailureCode.MODEL_ERROR, failure(provider, Behaviour.cutAfter("meia ", "pa")).code());
    assertEquals("meia pa", heard.text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "ollama"})
  void anAnswerWithoutAFinishIsNotWhole(String provider) throws Exception {
    assertEquals(
        FailureCode.MODEL_ERROR, failure(provider, Behaviour.endAfter("meia ", "pa")).code());
    assertEquals("meia pa", heard.text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "ollama"})
  void garbageIsNoAnswer(String provider) throws Exception {
    assertEquals(FailureCode.MODEL_ERROR, failure(provider, Behaviour.garbageAfter("a")).code());
    assertEquals("a", heard.text());
    house.server.next().awaitClosed();
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "ollama"})
  void aPageIsNoAnswer(String provider) throws Exception {
    assertEquals(
        FailureCode.MODEL_ERROR,
        failure(provider, Behaviour.status(200, "<html>welcome</html>", Map.of())).code());
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "ollama"})
  void anErrorInTheMiddleIsTold(String provider) throws Exception {
    String error = "{\"error\":{\"message\":\"out of memory\"}}";
    Failure failure =
        failure(
            provider,
            asked ->
                asked
                    .say("a")
                    .write(provider.equals("openai") ? "data: " + error + "\n\n" : error + "\n"));
    assertEquals(FailureCode.MODEL_ERROR, failure.code());
    assertTrue(failure.detail().contains("out of memory"), failure.detail());
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"title\": ", "[1]", "\"x\""})
  void toolArgumentsThatAreNoObject(String arguments) throws Exception {
    Failure failure = failure(Behaviour.calling("c", "create_reminder", arguments));
    assertEquals(FailureCode.MODEL_ERROR, failure.code());
    assertTrue(failure.detail().contains("create_reminder"), failure.detail());
    assertEquals(List.of(), heard.calls());
  }

  @Test
  void aLineWithoutEnd() throws Exception {
    Failure failure = failure(Behaviour.hugeLine(3 << 20));
    assertEquals(FailureCode.MODEL_ERROR, failure.code());
    assertTrue(failure.detail().contains("a line of more than"), failure.detail());
    house.server.next().awaitClosed();
  }

  @Test
  void itNeverBegins() throws Exception {
    house.server.then(Behaviour.silence());
    house.openAi(IMPATIENT).stream(LangChainHouse.asking("oi"), heard);
    Failure failure = heard.failure();
    assertEquals(FailureCode.MODEL_TIMEOUT, failure.code());
    assertEquals("openai said nothing for 250 ms", failure.detail());
    house.server.next().awaitClosed();
  }

  @Test
  void itFallsSilent() throws Exception {
    house.server.then(Behaviour.silenceAfter("um ", "dois"));
    house.openAi(IMPATIENT).stream(LangChainHouse.asking("oi"), heard);
    Failure failure = heard.failure();
    assertEquals(FailureCode.MODEL_TIMEOUT, failure.code());
    assertEquals("openai fell silent for 250 ms", failure.detail());
    assertEquals("um dois", heard.text());
    house.server.next().awaitClosed();
  }

  @Test
  void anErrorWithoutEndIsASilence() throws Exception {
    house.server.then(asked -> asked.failWithoutEnd(500));
    house.openAi(IMPATIENT).stream(LangChainHouse.asking("oi"), heard);
    assertEquals(FailureCode.MODEL_TIMEOUT, heard.failure().code());
  }
}
