package dev.mordomo.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Keyboard;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Asked;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
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

  @Test
  void aReloadInTheMiddleShowsWhatWasSaidAndGoesOn() throws Exception {
    Demo demo = signedIn("reload");
    Asked asked = begin(demo, "Tell me of the sea", "The sea ", "is wide ");
    Locator answer = demo.at("message-assistant", "data-state", "streaming");
    assertThat(answer).containsText("The sea is wide");
    demo.page().reload();
    assertThat(answer).containsText("The sea is wide");
    asked.say("and ", "deep");
    assertThat(answer).containsText("The sea is wide and deep");
    asked.finish();
    assertThat(demo.at("message-assistant", "data-state", "completed")).hasCount(1);
    assertEquals("The sea is wide and deep", demo.lastAnswer().strip());
    assertThat(demo.at("message-user")).hasCount(1);
  }

  @Test
  void aHostileAnswerIsShownAndDoesNothing() throws Exception {
    desk.mayBlock(HostileText.BLOCKED);
    Demo demo = signedIn("hostile-answer");
    Asked asked = begin(demo, "Say something wicked", HostileText.MARKDOWN);
    assertThat(demo.at("answer-text")).containsText("swordfish");
    HostileText.assertHarmless(demo);
    asked.finish();
    assertThat(demo.at("message-assistant", "data-state", "completed")).hasCount(1);
    HostileText.assertHarmless(demo);
  }

  @Test
  void aWholeConversationIsHadByTheKeyboardAlone() throws Exception {
    Demo demo = signedIn("keyboard");
    Keyboard keyboard = demo.page().keyboard();
    assertThat(demo.at("composer-input")).isFocused();
    model.then(held::add);
    keyboard.type("First line");
    keyboard.press("Shift+Enter");
    keyboard.type("second line");
    keyboard.press("Enter");
    assertThat(demo.at("message-user")).hasText(Pattern.compile("First line\\s+second line"));
    Asked asked = Objects.requireNonNull(held.poll(20, TimeUnit.SECONDS));
    asked.say("Well ");
    assertThat(demo.at("composer-stop")).isEnabled();
    tabTo(demo, "composer-stop");
    keyboard.press("Enter");
    assertThat(demo.at("message-assistant", "data-state", "interrupted")).hasCount(1);
    assertThat(demo.at("composer-input")).isFocused();
    keyboard.type("Again");
    model.then(Behaviour.saying("All right."));
    keyboard.press("Enter");
    assertThat(demo.at("message-assistant", "data-state", "completed")).hasCount(1);
    tabTo(demo, "conversation-new");
    keyboard.press("Enter");
    assertThat(demo.at("example-question")).hasCount(3);
    assertThat(demo.at("composer-input")).isFocused();
  }

  /** Forward, as often as it takes; all the way around it is not there. */
  private static void tabTo(Demo demo, String name) {
    for (int i = 0; i < 60; i++) {
      demo.page().keyboard().press("Tab");
      if (name.equals(demo.page().evaluate("() => document.activeElement.dataset.testid"))) {
        return;
      }
    }
    throw new AssertionError("the keyboard does not reach " + name);
  }

  @Test
  void everyToolAndEveryVerbOfADeviceHasANameInEveryLanguage() throws Exception {
    Demo demo = signedIn("tools");
    Asked asked = begin(demo, "Good morning");
    Set<String> names = new TreeSet<>();
    for (JsonNode tool : asked.json().get("tools")) {
      names.add(tool.at("/function/name").asText());
      tool.at("/function/parameters/properties/name/enum")
          .forEach(verb -> names.add(verb.asText()));
    }
    asked.say("Good morning").finish();
    assertTrue(
        names.containsAll(Set.of("snooze_reminder", "unlock", "iot_control")), names::toString);
    for (String language : List.of("pt", "es", "en")) {
      Object missing =
          demo.page()
              .evaluate(
                  """
                  async ([language, names]) => {
                    const words = (await import(`/src/i18n/${language}.js`)).default;
                    return names.filter(name => !(`action.name.${name}` in words));
                  }
                  """,
                  List.of(language, List.copyOf(names)));
      assertEquals(List.of(), missing, language);
    }
  }

  @Test
  void aPhoneInTheDarkIsAccessible() {
    desk.user("dark", "member");
    Demo demo = desk.phone("pt-BR").signIn(Desk.email("dark"), Desk.PASSWORD);
    model.then(Behaviour.saying("# Bom dia\n\n- um\n- dois\n\n`código` e **mais**"));
    demo.ask("Bom dia");
    Desk.assertAccessible(demo);
    Desk.picture(demo, "chat-phone");
  }

  @Test
  void theNewestOfALongConversationIsThere() {
    Demo demo = signedIn("long");
    model.then(Behaviour.saying("The newest answer."));
    demo.ask("The newest question");
    AtomicInteger pages = new AtomicInteger();
    demo.page().route("**/messages?*", route -> longBefore(route, pages.incrementAndGet()));
    demo.page().reload();
    assertThat(demo.at("message-user").last())
        .containsText(
            "The newest question", new LocatorAssertions.ContainsTextOptions().setTimeout(30_000));
    assertEquals("The newest answer.", demo.lastAnswer());
  }

  /** More pages of old questions than anybody reads, then what is really there. */
  private static void longBefore(Route route, int page) {
    APIResponse real =
        route.fetch(
            new Route.FetchOptions().setUrl(route.request().url().replaceAll("&cursor=[^&]*", "")));
    if (page > 4) {
      route.fulfill(new Route.FulfillOptions().setResponse(real));
      return;
    }
    ObjectNode answer = (ObjectNode) Json.read(real.text());
    ArrayNode old = answer.putArray("data");
    for (int i = 0; i < 525; i++) {
      old.addObject()
          .put("id", Ids.next().toString())
          .put("role", "user")
          .put("content", "An old question")
          .put("created_at", "2026-01-01T10:00:00Z");
    }
    answer.put("next_cursor", "page" + page);
    route.fulfill(new Route.FulfillOptions().setResponse(real).setBody(answer.toString()));
  }
}
