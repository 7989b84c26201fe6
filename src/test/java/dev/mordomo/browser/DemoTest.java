package dev.mordomo.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import dev.mordomo.ApiClient;
import dev.mordomo.RunningApp;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a new user must be able to do, a test a point, in a real browser on the real server. */
class DemoTest {
  private static final Path SEEDS = Path.of("src/test/resources/seeds");
  private static RunningApp app;
  private static Browsers browsers;
  private BrowserContext context;

  @BeforeAll
  static void open() {
    app = new RunningApp(Map.of("model.word_pause", "20ms")).withManual();
    browsers = new Browsers();
  }

  @AfterAll
  static void close() {
    browsers.close();
    app.close();
  }

  @BeforeEach
  void context() {
    context = browsers.browser().newContext();
  }

  @AfterEach
  void end() {
    context.close();
  }

  private Demo tab() {
    return new Demo(context.newPage(), app.url());
  }

  @Test
  void theManualAnswersInThreeLanguagesWithCitationsThatOpenThePassage() {
    Demo demo = tab().signIn();
    for (Map.Entry<String, String> question :
        Map.of(
                "Como faço backup?", "mordomo backup",
                "¿Cómo cambio el modelo?", "MORDOMO_MODEL_CHAT",
                "How do reminders work?", "the reminder appears in every open tab")
            .entrySet()) {
      demo.newConversation();
      String answer = demo.ask(question.getKey());
      assertTrue(answer.contains(question.getValue()), question.getKey() + " → " + answer);
      Locator citation =
          demo.at("message-assistant").last().locator("[data-testid=citation]").first();
      citation.click();
      assertThat(demo.at("citation-highlight").first()).isVisible();
      assertFalse(demo.at("citation-highlight").first().innerText().isBlank());
      demo.at("panel-close").first().click();
    }
  }

  @Test
  void aMembersFilesGoToACollectionOfTheirOwn() {
    ApiClient admin = ApiClient.signIn(app.url());
    admin.post(
        "/v1/users",
        Map.of(
            "email",
            "bia@example.org",
            "password",
            RunningApp.PASSWORD,
            "name",
            "Bia",
            "role",
            "member"));
    int global = globalDocuments(admin);
    Demo demo = tab().signIn("bia@example.org", RunningApp.PASSWORD);
    demo.at("nav-documents").first().click();
    demo.at("collection-item", "data-scope", "global").click();
    assertThat(demo.at("read-only")).isVisible();
    assertThat(demo.at("file-input")).isDisabled();
    Locator own = demo.at("collection-item", "data-scope", "user");
    own.click();
    demo.at("file-input").setInputFiles(SEEDS.resolve("polaris.md"));
    assertThat(demo.at("document-row", "data-status", "indexed")).hasCount(1);
    assertThat(own).hasCount(1);
    assertThat(own).hasAttribute("aria-pressed", "true");
    assertThat(own).containsText("1");
    assertEquals(global, globalDocuments(admin), "nothing was added to what everybody reads");
  }

  private static int globalDocuments(ApiClient admin) {
    return admin
        .get("/v1/collections")
        .get("data")
        .valueStream()
        .filter(one -> one.get("scope").asText().equals("global"))
        .mapToInt(one -> one.get("document_count").asInt())
        .sum();
  }

  @Test
  void droppedDocumentsAnswerTheNextQuestion() {
    Demo demo = tab().signIn();
    demo.at("nav-documents").first().click();
    demo.at("collection-new").click();
    demo.at("collection-name").fill("Sementes");
    demo.at("collection-create").click();
    assertThat(demo.at("collection-item", "aria-pressed", "true")).containsText("Sementes");
    assertThat(demo.at("document-row")).hasCount(0);
    List<String> files =
        List.of("evosense.md", "mordomo.md", "orquix.md", "polaris.md", "prefeitura-adr-001.md");
    demo.at("file-input")
        .first()
        .setInputFiles(files.stream().map(SEEDS::resolve).toArray(Path[]::new));
    assertThat(demo.at("document-row", "data-status", "indexed"))
        .hasCount(files.size(), new LocatorAssertions.HasCountOptions().setTimeout(60_000));

    demo.newConversation();
    String days = demo.ask("Por quantos dias o plano pro guarda as mensagens?");
    assertTrue(days.contains("180"), days);
    assertThat(demo.at("message-assistant").last().locator("[data-testid=source-item]").first())
        .containsText("EvoSense");
    String tokens = demo.ask("Qual é o limite de tokens padrão de uma prefeitura?");
    assertTrue(tokens.replaceAll("[.,\\s]", "").contains("10000"), tokens);
    String hours = demo.ask("¿Cada cuánto se hace el backup incremental?");
    assertTrue(hours.contains("6 horas"), hours);
  }

  @Test
  void aReminderRingsInEveryTab() {
    context.grantPermissions(List.of("notifications"));
    Demo first = tab().signIn();
    Demo second = tab().open();
    assertThat(second.at("connection-state", "data-state", "connected")).isAttached();
    String answer = first.ask("Me lembra de tirar o bolo em 2 segundos");
    assertTrue(answer.contains("bolo"), answer);
    for (Demo tab : List.of(first, second)) {
      Locator toast = tab.at("reminder-toast").first();
      assertThat(toast).isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(15_000));
      assertThat(toast).containsText("tirar o bolo");
      tab.page().waitForFunction("document.documentElement.dataset.lastChime !== undefined");
    }
    first.at("reminder-acknowledge").first().click();
    assertThat(second.at("reminder-toast")).hasCount(0);
  }

  @Test
  void aDeviceInASecondTabReportsAnActionDone() {
    Demo person = tab().signIn();
    Demo device = tab().open();
    assertThat(device.at("connection-state", "data-state", "connected")).isAttached();
    device.at("activity-toggle").first().click();
    device.at("device-switch").click();
    person.say("Apaga a luz da sala");
    assertThat(person.at("turn-action", "data-status", "pending").first()).isVisible();
    device.at("action-report-done").first().click();
    assertThat(person.at("turn-action", "data-status", "success").first()).isVisible();
    assertThat(device.at("action-card", "data-status", "success").first()).isVisible();
  }

  @Test
  void aReloadInTheMiddleOfAnAnswerGoesOn() {
    Demo demo = tab().signIn();
    demo.say("Como faço backup?");
    assertThat(demo.at("message-assistant", "data-state", "streaming").first()).isVisible();
    demo.page().reload();
    assertThat(demo.at("message-assistant", "data-state", "completed")).hasCount(1);
    assertThat(demo.at("message-user")).hasCount(1);
    String whole = demo.lastAnswer();
    demo.page().reload();
    assertThat(demo.at("message-assistant", "data-state", "completed")).hasCount(1);
    assertEquals(demo.lastAnswer(), whole);
  }

  @Test
  void stopKeepsWhatWasSaid() {
    Demo demo = tab().signIn();
    demo.say("How do reminders work?");
    assertThat(demo.at("answer-text").first()).not().isEmpty();
    demo.at("composer-stop").click();
    assertThat(demo.at("message-assistant", "data-state", "interrupted")).hasCount(1);
    assertFalse(demo.lastAnswer().isBlank());
  }

  @Test
  void aWrongPasswordIsToldAndTheRightOneStillWorks() {
    Demo demo = tab().open();
    demo.at("sign-in-email").fill(RunningApp.EMAIL);
    demo.at("sign-in-password").fill("not the password");
    demo.at("sign-in-submit").click();
    assertThat(demo.at("sign-in-error")).isVisible();
    demo.at("sign-in-password").fill(RunningApp.PASSWORD);
    demo.at("sign-in-submit").click();
    assertThat(demo.at("connection-state", "data-state", "connected")).isAttached();
  }

  @Test
  void aLostConnectionIsSurvivedWithTheTypedText() {
    Demo demo = tab().signIn();
    demo.at("composer-input").fill("Como faço backup?");
    context.setOffline(true);
    context.setOffline(false);
    assertThat(demo.at("composer-input")).hasValue("Como faço backup?");
    demo.at("composer-send").click();
    assertThat(demo.at("message-assistant", "data-state", "completed"))
        .hasCount(1, new LocatorAssertions.HasCountOptions().setTimeout(30_000));
  }

  @Test
  void nothingBreaksTheContentSecurityPolicy() {
    Demo demo = tab();
    List<String> complaints = new java.util.concurrent.CopyOnWriteArrayList<>();
    Page page = demo.page();
    page.onConsoleMessage(message -> {
      if (message.text().contains("Content Security Policy")) {
        complaints.add(message.text());
      }
    });
    page.onPageError(complaints::add);
    demo.signIn();
    demo.ask("Olá!");
    demo.at("nav-documents").first().click();
    demo.at("nav-settings").first().click();
    demo.at("settings-name").waitFor();
    assertEquals(List.of(), complaints);
  }
}
