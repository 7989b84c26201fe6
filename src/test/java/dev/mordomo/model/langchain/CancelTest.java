package dev.mordomo.model.langchain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.model.FakeModelServer.Asked;
import dev.mordomo.model.FakeModelServer.Behaviour;
import dev.mordomo.model.Heard;
import dev.mordomo.model.ModelCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stop closes the request upstream within a second, whatever it is doing. */
class CancelTest {
  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  private final LangChainHouse house = new LangChainHouse();
  private final Heard heard = new Heard();

  @AfterEach
  void close() {
    house.close();
    assertEquals(List.of(), heard.wrongs());
  }

  private void stop(ModelCall call, Asked asked) throws Exception {
    long from = System.nanoTime();
    call.cancel();
    heard.mayHearNothingMore();
    asked.awaitClosed();
    Duration took = Duration.ofNanos(System.nanoTime() - from);
    assertTrue(took.compareTo(AT_ONCE) < 0, "closed after " + took);
    call.cancel();
    assertFalse(heard.hasEnded());
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "ollama"})
  void beforeTheServerAnswers(String provider) throws Exception {
    house.server.then(Behaviour.silence());
    ModelCall call = house.of(provider).stream(LangChainHouse.asking("oi"), heard);
    stop(call, house.server.next());
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "ollama"})
  void beforeTheFirstWord(String provider) throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    house.server.then(asked -> {
      asked.begin();
      begun.countDown();
    });
    ModelCall call = house.of(provider).stream(LangChainHouse.asking("oi"), heard);
    Asked asked = house.server.next();
    begun.await();
    stop(call, asked);
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "ollama"})
  void whileItStreams(String provider) throws Exception {
    house.server.then(Behaviour.silenceAfter("um ", "dois "));
    ModelCall call = house.of(provider).stream(LangChainHouse.asking("oi"), heard);
    heard.awaitText();
    stop(call, house.server.next());
  }

  @Test
  void whileAToolIsBeingCalled() throws Exception {
    house.server.then(
        asked -> asked.say("Vou lembrar. ").write(Behaviour.beginningOfACall("create_reminder")));
    ModelCall call = house.openAi().stream(LangChainHouse.asking("oi"), heard);
    heard.awaitText();
    stop(call, house.server.next());
    assertEquals(List.of(), heard.calls());
  }

  @Test
  void whileItWaitsForAConnection() throws Exception {
    ModelHttp narrow = new ModelHttp(house.vertx, 1);
    try {
      house.server.then(Behaviour.silence());
      var model = house.openAi(narrow, Map.of());
      Heard first = new Heard();
      ModelCall holder = model.stream(LangChainHouse.asking("um"), first);
      Asked asked = house.server.next();
      ModelCall waiting = model.stream(LangChainHouse.asking("dois"), heard);
      waiting.cancel();
      heard.mayHearNothingMore();
      holder.cancel();
      asked.awaitClosed();
      Heard third = new Heard();
      model.stream(LangChainHouse.asking("três"), third);
      third.result();
      assertEquals("três", house.server.next().json().at("/messages/1/content").asText());
    } finally {
      narrow.close();
    }
  }

  @Test
  void afterTheEndItDoesNothing() throws Exception {
    ModelCall call = house.openAi().stream(LangChainHouse.asking("oi"), heard);
    heard.result();
    call.cancel();
    Heard next = new Heard();
    house.openAi().stream(LangChainHouse.asking("oi"), next);
    assertEquals("stop", next.result().finishReason());
  }

  /** Nothing is heard once a cancel has returned, however the two race. */
  @RepeatedTest(20)
  void aStopRacesTheAnswer() throws Exception {
    house.server.always(Behaviour.saying("a", "b", "c", "d"));
    List<Heard> all = new ArrayList<>();
    List<Thread> stops = new ArrayList<>();
    var model = house.openAi();
    for (int i = 0; i < 20; i++) {
      Heard one = new Heard();
      all.add(one);
      ModelCall call = model.stream(LangChainHouse.asking("oi"), one);
      stops.add(
          Thread.ofVirtual()
              .start(() -> {
                call.cancel();
                one.mayHearNothingMore();
              }));
    }
    for (Thread stop : stops) {
      stop.join();
    }
    Heard last = new Heard();
    model.stream(LangChainHouse.asking("fim"), last);
    last.result();
    all.forEach(one -> assertEquals(List.of(), one.wrongs()));
  }

  /** Many answers at once, each to its own observer, each whole. */
  @RepeatedTest(20)
  void manyAnswersAtOnce() throws Exception {
    house.server.always(asked -> {
      String question = asked.json().at("/messages/1/content").asText();
      asked.say(question, " ", question).finish();
    });
    List<Heard> all = new ArrayList<>();
    var model = house.openAi();
    for (int i = 0; i < 100; i++) {
      Heard one = new Heard();
      all.add(one);
      model.stream(LangChainHouse.asking("q" + i), one);
    }
    for (int i = 0; i < all.size(); i++) {
      all.get(i).result();
      assertEquals("q" + i + " q" + i, all.get(i).text());
      assertEquals(List.of(), all.get(i).wrongs());
    }
  }
}
