package dev.mordomo.model;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Settings;
import dev.mordomo.model.ChatModels.ModelInfo;
import dev.mordomo.model.EmbeddingModel.Use;
import dev.mordomo.model.FakeModelServer.Behaviour;
import dev.mordomo.model.langchain.LangChainProvider;
import dev.mordomo.model.langchain.ModelHttp;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelCatalogTest {
  private static final Behaviour DOWN = Behaviour.status(503, "", Map.of());
  private static final Behaviour LATER = Behaviour.status(429, "", Map.of("Retry-After", "3600"));

  private final Vertx vertx = Vertx.vertx();
  private final ModelHttp http = new ModelHttp(vertx, 16);
  private final FakeModelServer first = FakeModelServer.start(vertx);
  private final FakeModelServer second = FakeModelServer.start(vertx);
  private final ScriptedModel embedded = new ScriptedModel("embedded/scripted");
  private final Heard heard = new Heard();

  @AfterEach
  void close() {
    http.close();
    first.close();
    second.close();
    vertx.close().await();
    assertEquals(List.of(), heard.wrongs());
  }

  private ModelCatalog catalog(Map<String, String> values) {
    Map<String, String> all = new HashMap<>(values);
    all.putIfAbsent("model.chat", "openai/a");
    all.putIfAbsent("model.embedding", "embedded/letters");
    all.put("model.providers", "second=" + second.openAiUrl());
    ModelConfig config =
        ModelConfig.from(Settings.of(all, Map.of("OPENAI_BASE_URL", first.openAiUrl())));
    return new ModelCatalog(
        vertx,
        config,
        LangChainProvider.all(http, config, Clock.systemUTC()),
        List.of(embedded),
        List.of(new Letters()));
  }

  private static ChatRequest asking() {
    return new ChatRequest(
        List.of(new ChatMessage.User("oi")),
        List.of(),
        List.of(),
        "pt",
        ZoneOffset.UTC,
        Instant.EPOCH,
        0,
        10);
  }

  @Test
  void modelsAreFoundByName() {
    ModelCatalog catalog = catalog(Map.of());
    assertEquals("openai/a", catalog.byDefault().name());
    assertEquals("second/x/y", catalog.byName("second/x/y").name());
    assertSame(embedded, catalog.byName("embedded/scripted"));
    assertEquals("embedded/letters", catalog.embedding().name());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "gpt", "/x", "openai/", "azure/x", "embedded/x", "openai/a b"})
  void otherNamesAreRefused(String name) {
    Failure failure = assertThrows(Failure.class, () -> catalog(Map.of()).byName(name));
    assertEquals(FailureCode.INVALID, failure.code());
    assertEquals("model", failure.errors().getFirst().field());
  }

  @Test
  void anUnknownProviderIsAnsweredWithThoseThatThereAre() {
    Failure failure = assertThrows(Failure.class, () -> catalog(Map.of()).byName("azure/x"));
    assertTrue(failure.detail().endsWith("configured: embedded, openai, second"), failure.detail());
  }

  @Test
  void aDefaultThatDoesNotExistIsRefusedAtStart() {
    assertThrows(Failure.class, () -> catalog(Map.of("model.chat", "embedded/nothing")));
    assertThrows(Failure.class, () -> catalog(Map.of("model.embedding", "embedded/nothing")));
  }

  @Test
  void theListBeginsWithTheDefault() {
    List<ModelInfo> list =
        catalog(Map.of("model.offered", "second/b", "model.fallback", "second/c")).list();
    assertEquals(
        List.of("openai/a", "second/b", "second/c", "embedded/scripted", "embedded/letters"),
        list.stream().map(ModelInfo::id).toList());
    assertEquals(
        List.of(true, false, false, false, true), list.stream().map(ModelInfo::isDefault).toList());
    assertEquals("embedding", list.getLast().type());
  }

  @Test
  void anUnreachableModelIsAskedAgain() throws Exception {
    first.then(DOWN, Behaviour.hangUp()).always(Behaviour.saying("oi"));
    catalog(Map.of()).byDefault().stream(asking(), heard);
    assertEquals(Optional.empty(), heard.result().model());
    assertEquals("oi", heard.text());
    assertEquals(3, first.requests());
  }

  @Test
  void aQuestionIsRewrittenByTheFirstAloneAndAtOnce() throws Exception {
    first.always(DOWN);
    ChatModel rewriter =
        catalog(Map.of("model.fallback", "second/b")).byDefault().rewriter().orElseThrow();
    rewriter.stream(asking(), heard);
    assertEquals(FailureCode.MODEL_UNAVAILABLE, heard.failure().code());
    assertEquals(1, first.requests());
    assertEquals(0, second.requests());
  }

  @Test
  void aShortRetryAfterIsWaitedFor() throws Exception {
    first.then(Behaviour.status(429, "", Map.of("Retry-After", "1")));
    long from = System.nanoTime();
    catalog(Map.of()).byDefault().stream(asking(), heard);
    heard.result();
    assertTrue(Duration.ofNanos(System.nanoTime() - from).toMillis() >= 1000);
  }

  @Test
  void aLongRetryAfterIsTold() throws Exception {
    first.always(LATER);
    catalog(Map.of()).byDefault().stream(asking(), heard);
    assertEquals(Optional.of(Duration.ofHours(1)), heard.failure().retryAfter());
    assertEquals(1, first.requests());
  }

  @Test
  void theTriesHaveAnEnd() throws Exception {
    first.always(DOWN);
    catalog(Map.of("model.retries", "1")).byDefault().stream(asking(), heard);
    assertEquals(FailureCode.MODEL_UNAVAILABLE, heard.failure().code());
    assertEquals(2, first.requests());
  }

  @Test
  void theNextInOrderIsAsked() throws Exception {
    first.always(LATER);
    second.then(LATER, Behaviour.saying("aqui"));
    catalog(Map.of("model.fallback", "second/b, openai/a, second/c, embedded/scripted"))
        .byDefault()
        .stream(asking(), heard);
    assertEquals(Optional.of("second/c"), heard.result().model());
    assertEquals("aqui", heard.text());
    assertEquals("b", second.next().json().at("/model").asText());
    assertEquals("c", second.next().json().at("/model").asText());
  }

  /** All the ways of not answering, each of which must leave the word to the next in order. */
  private static Map<String, Behaviour> refusals() {
    Map<String, Behaviour> all = new LinkedHashMap<>();
    all.put("hangs up", Behaviour.hangUp());
    all.put("wrong key", Behaviour.status(401, "", Map.of()));
    all.put("busy, for long", LATER);
    all.put("busy, for a moment", Behaviour.status(429, "", Map.of("Retry-After", "1")));
    all.put("fails", Behaviour.status(500, "", Map.of()));
    all.put("cut before a word", Behaviour.cutAfter());
    all.put("ends before a word", Behaviour.endAfter());
    all.put("garbage", Behaviour.garbageAfter());
    all.put("never answers", Behaviour.silence());
    all.put("begins and never speaks", Behaviour.silenceAfter());
    return all;
  }

  private static List<String> waysToRefuse() {
    return List.copyOf(refusals().keySet());
  }

  @ParameterizedTest
  @MethodSource("waysToRefuse")
  void whateverFailsBeforeTheFirstWordTheNextAnswers(String way) throws Exception {
    first.always(requireNonNull(refusals().get(way)));
    second.always(Behaviour.saying("aqui"));
    catalog(
        Map.of(
            "model.fallback", "second/b",
            "model.retries", "1",
            "model.deadline_first_token", "500ms"))
        .byDefault()
        .stream(asking(), heard);
    assertEquals(Optional.of("second/b"), heard.result().model());
    assertEquals("aqui", heard.text());
    assertEquals(1, second.requests());
  }

  @Test
  void whereNobodyListensTheNextAnswers() throws Exception {
    first.close();
    second.always(Behaviour.saying("aqui"));
    catalog(Map.of("model.fallback", "second/b", "model.retries", "0")).byDefault().stream(
        asking(), heard);
    assertEquals(Optional.of("second/b"), heard.result().model());
    assertEquals("aqui", heard.text());
  }

  @Test
  void anEmbeddedModelCanStandIn() throws Exception {
    first.always(Behaviour.status(401, "", Map.of()));
    embedded.answering("sem rede");
    catalog(Map.of("model.fallback", "embedded/scripted")).byDefault().stream(asking(), heard);
    assertEquals(Optional.of("embedded/scripted"), heard.result().model());
  }

  @Test
  void aSilentModelIsReplaced() throws Exception {
    first.always(Behaviour.silence());
    second.always(Behaviour.saying("aqui"));
    catalog(Map.of("model.fallback", "second/b", "model.deadline_first_token", "200ms"))
        .byDefault()
        .stream(asking(), heard);
    heard.result();
    assertEquals("aqui", heard.text());
    first.next().awaitClosed();
  }

  @Test
  void whenAllFailTheFirstFailureIsTold() throws Exception {
    first.always(Behaviour.status(401, "", Map.of()));
    second.always(LATER);
    catalog(Map.of("model.fallback", "second/b")).byDefault().stream(asking(), heard);
    assertTrue(heard.failure().detail().contains("OPENAI_API_KEY"), heard.failure().detail());
  }

  @Test
  void afterTheFirstWordNobodyElseIsAsked() throws Exception {
    first.always(Behaviour.cutAfter("meia "));
    catalog(Map.of("model.fallback", "second/b")).byDefault().stream(asking(), heard);
    assertEquals(FailureCode.MODEL_ERROR, heard.failure().code());
    assertEquals("meia ", heard.text());
    assertEquals(1, first.requests());
    assertEquals(0, second.requests());
  }

  @Test
  void aStopBetweenTwoTriesIsFinal() throws Exception {
    CompletableFuture<ModelCall> call = new CompletableFuture<>();
    first.always(asked -> {
      // The failure arrives after the stop or before it; in both orders nothing is asked again.
      DOWN.answer(asked);
      call.thenAccept(ModelCall::cancel);
    });
    call.complete(catalog(Map.of()).byDefault().stream(asking(), heard));
    first.next();
    second.always(Behaviour.saying("x"));
    Heard later = new Heard();
    // Longer than the first pause: two tries of another model.
    second.then(DOWN, DOWN);
    catalog(Map.of()).byName("second/x").stream(asking(), later);
    later.result();
    assertEquals(1, first.requests());
    assertEquals("", heard.text());
  }

  @Test
  void aStopClosesWhicheverModelAnswers() throws Exception {
    first.always(LATER);
    second.always(Behaviour.silenceAfter("um"));
    ModelCall call =
        catalog(Map.of("model.fallback", "second/b")).byDefault().stream(asking(), heard);
    heard.awaitText();
    call.cancel();
    heard.mayHearNothingMore();
    second.next().awaitClosed();
  }

  /** Counts letters. */
  private static final class Letters implements EmbeddingModel {
    @Override
    public String name() {
      return "embedded/letters";
    }

    @Override
    public int dimensions() {
      return 1;
    }

    @Override
    public Future<List<float[]>> embed(List<String> texts, Use use) {
      return Future.succeededFuture(texts.stream().map(text -> new float[] {1}).toList());
    }

    @Override
    public double defaultThreshold() {
      return 0;
    }

    @Override
    public double probability(double similarity, String queryLanguage, String passageLanguage) {
      return Double.NaN;
    }
  }
}
