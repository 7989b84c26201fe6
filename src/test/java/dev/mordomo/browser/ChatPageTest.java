package dev.mordomo.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Locator;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Asked;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A conversation as its user sees it, with a language model that is held where the test wants. */
class ChatPageTest {
  private static final Vertx vertx = Vertx.vertx();
  private static final FakeModelServer model = FakeModelServer.start(vertx);

  @RegisterExtension
  static final Desk desk =
      new Desk(
          Map.of(),
          Map.of(
              "MORDOMO_MODEL_CHAT",
              "openai/some-model",
              "OPENAI_BASE_URL",
              model.openAiUrl(),
              "OPENAI_API_KEY",
              "a key"));

  /** Answers that go on when the test says so. */
  private final BlockingQueue<Asked> held = new LinkedBlockingQueue<>();

  @AfterAll
  static void close() {
    model.close();
    vertx.close().await();
  }

  private Demo signedIn(String name) {
    desk.user(name, "member");
    return desk.signedIn(name);
  }

  /** Says it, and gives the model's answer as far as these words. */
  private Asked begin(Demo demo, String question, String... pieces) throws InterruptedException {
    model.then(held::add);
    demo.say(question);
    Asked asked = held.poll(20, TimeUnit.SECONDS);
    if (asked == null) {
      throw new AssertionError("the model was not asked");
    }
    return asked.say(pieces);
  }

  @Test
  void theListShowsWhichConversationAnswersAndThatItHasEnded() throws Exception {
    Demo demo = signedIn("dot");
    Asked asked = begin(demo, "Good morning", "Good ");
    Locator dot = demo.at("conversation-item").locator("[role=img]");
    assertThat(dot).isVisible();
    asked.say("morning").finish();
    assertThat(demo.at("message-assistant", "data-state", "completed")).hasCount(1);
    assertThat(dot).hasCount(0);
    demo.page().reload();
    assertThat(demo.at("conversation-item")).hasCount(1);
    assertThat(dot).hasCount(0);
  }

  @Test
  void whyAnAnswerFailedIsToldAfterAReloadToo() {
    Demo demo = signedIn("failure");
    model.then(Behaviour.status(401, "{}", Map.of()));
    demo.say("What is the capital of France?");
    Locator why = demo.at("message-assistant", "data-state", "failed").locator("[role=alert]");
    assertThat(why).hasText("The model refused the request.");
    demo.page().reload();
    assertThat(why).hasText("The model refused the request.");
  }

  @Test
  void whatWasSaidBeforeItFailedStaysWithTheReason() {
    Demo demo = signedIn("broken-off");
    model.then(Behaviour.garbageAfter("The capital "));
    demo.say("What is the capital of France?");
    Locator why = demo.at("message-assistant", "data-state", "failed").locator("[role=alert]");
    assertThat(why).isVisible();
    String told = why.innerText();
    demo.page().reload();
    assertThat(why).hasText(told);
    assertEquals("The capital", demo.lastAnswer().strip());
  }
}
