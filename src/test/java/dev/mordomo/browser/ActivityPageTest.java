package dev.mordomo.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.assertions.LocatorAssertions;
import dev.mordomo.ApiClient;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Reminders and actions, and the page in the language and the colours that one chooses. */
class ActivityPageTest {
  /** The browser's own notifications and sound, as far as a page sees them. */
  private static final String WATCHED =
      """
      window.shown = [];
      window.Notification = class {
        static permission = '%s';
        static requestPermission() { return Promise.resolve(Notification.permission = 'granted'); }
        constructor(title) { shown.push(title); }
        close() {}
      };
      window.AudioContext = class extends AudioContext {
        constructor() { super(); window.audio = this; }
      };
      """;

  @RegisterExtension static final Desk desk = new Desk();

  /** In a tab whose notifications are watched. */
  private static Demo watched(String name, String permission) {
    Demo demo = desk.tab();
    demo.page().addInitScript(WATCHED.formatted(permission));
    return demo.signIn(Desk.email(name), Desk.PASSWORD);
  }

  @Test
  void aReminderIsShownAndHeardInEveryTab() {
    desk.user("rings", "member");
    List<Demo> tabs = List.of(watched("rings", "granted"), watched("rings", "granted"));
    tabs.getFirst().ask("Remind me to take out the cake in 2 seconds");
    for (Demo tab : tabs) {
      assertThat(tab.at("reminder-toast"))
          .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(15_000));
      tab.page().waitForFunction("() => shown.length === 1 && shown[0].includes('cake')");
      tab.page().waitForFunction("() => window.audio?.state === 'running'");
    }
    Desk.assertAccessible(tabs.getFirst());
  }

  @Test
  void notificationsAreOfferedUnderTheFirstReminderThatIsMade() {
    desk.user("offered", "member");
    Demo demo = watched("offered", "default");
    demo.ask("Remind me to water the plants tomorrow at 9");
    demo.ask("Remind me to call the dentist tomorrow at 10");
    Locator offer = demo.at("notify-allow");
    assertThat(demo.at("turn-action")).hasCount(2);
    assertThat(offer).hasCount(1);
    assertThat(demo.at("turn-action").first().locator("[data-testid=notify-allow]")).isVisible();
    Desk.assertAccessible(demo);
    offer.click();
    assertThat(offer).hasCount(0);
  }

  @Test
  void aReminderThatIsMadeElsewhereIsThereAtOnce() {
    ApiClient api = desk.user("elsewhere", "member");
    Demo demo = desk.signedIn("elsewhere");
    demo.at("activity-toggle").click();
    String id =
        api.post(
                "/v1/reminders",
                Map.of(
                    "title",
                    "Buy bread",
                    "scheduled_at",
                    Instant.now().plusSeconds(86_400).toString(),
                    "rrule",
                    "FREQ=WEEKLY;BYDAY=MO,WE"))
            .get("id")
            .asText();
    assertThat(demo.at("reminder-item")).containsText("Buy bread");
    assertThat(demo.at("reminder-item")).containsText("Every week, Monday and Wednesday");
    api.patch("/v1/reminders/" + id, Map.of("title", "Buy rye bread"));
    assertThat(demo.at("reminder-item")).containsText("Buy rye bread");
    Desk.assertAccessible(demo);
  }

  @Test
  void anActionIsToldInTheReadersLanguage() {
    ApiClient api = desk.user("speaks", "member");
    api.patch("/v1/me", Map.of("time_zone", "America/Sao_Paulo"));
    Demo demo = desk.signedIn("speaks");
    demo.at("language-switch").first().selectOption("pt");
    assertThat(demo.page().locator("html")).hasAttribute("lang", "pt");
    demo.ask("Apaga a luz da sala");
    Locator action = demo.at("turn-action").first();
    assertThat(action).containsText(Pattern.compile("Desligar\\s+.*luz.*Pendente", Pattern.DOTALL));
    assertThat(action).not().containsText("light");
    demo.ask("Me lembra de regar as plantas amanhã às 9");
    Locator made = demo.at("turn-action").last();
    assertThat(made).containsText("Criar lembrete");
    assertThat(made).containsText("09:00");
    assertThat(made).not().containsText("America/Sao_Paulo");
    demo.at("activity-toggle").click();
    assertThat(demo.at("action-card")).hasCount(2);
    Desk.assertAccessible(demo);
    demo.page().reload();
    assertThat(demo.at("conversation-new").first()).containsText("Nova conversa");
    demo.at("language-switch").first().selectOption("es");
    assertThat(demo.at("conversation-new").first()).containsText("Nueva conversación");
  }

  @Test
  void theThemeIsSwitchedAndKept() {
    desk.user("themes", "member");
    Demo demo = desk.tab().open();
    Desk.assertAccessible(demo);
    demo.signIn(Desk.email("themes"), Desk.PASSWORD);
    Desk.at(demo, "#/settings");
    demo.at("settings-name").waitFor();
    Desk.assertAccessible(demo);
    String light = background(demo);
    demo.at("theme-switch", "data-theme-shown", "light").first().click();
    assertThat(demo.page().locator("html")).hasAttribute("data-theme", "dark");
    demo.page()
        .waitForFunction(
            "light => getComputedStyle(document.body).backgroundColor !== light", light);
    Desk.assertAccessible(demo);
    demo.page().reload();
    assertThat(demo.page().locator("html")).hasAttribute("data-theme", "dark");
    demo.at("theme-switch", "data-theme-shown", "dark").first().click();
    demo.page()
        .waitForFunction(
            "light => getComputedStyle(document.body).backgroundColor === light", light);
  }

  private static String background(Demo demo) {
    return (String) demo.page().evaluate("() => getComputedStyle(document.body).backgroundColor");
  }
}
