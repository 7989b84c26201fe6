package dev.mordomo.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mordomo.ApiClient;
import dev.mordomo.RunningApp;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Talking without an account, and taking along what was said. */
class GuestEntryTest {
  @RegisterExtension static final Desk desk = new Desk();

  private static Demo guest() {
    Demo demo = desk.tab().open();
    demo.at("sign-in-guest").click();
    demo.at("connection-state", "data-state", "connected").waitFor(Demo.attached());
    return demo;
  }

  private static void signIn(Demo demo, String name) {
    demo.at("guest-sign-in").click();
    demo.at("sign-in-email").fill(Desk.email(name));
    demo.at("sign-in-password").fill(Desk.PASSWORD);
    demo.at("sign-in-submit").click();
  }

  @Test
  void aGuestTalksSignsInAndTakesTheConversationAlong() {
    ApiClient api = desk.user("claims", "member");
    Demo demo = guest();
    demo.ask("Good morning");
    Desk.assertAccessible(demo);
    Desk.picture(demo, "guest");
    signIn(demo, "claims");
    assertThat(demo.at("dialog")).isVisible();
    demo.at("dialog-confirm").click();
    assertThat(demo.at("notice", "data-kind", "success")).containsText("1 conversation");
    assertThat(demo.at("conversation-item")).hasCount(1);
    assertEquals(1, api.get("/v1/conversations").get("data").size());
    demo.page().reload();
    assertThat(demo.at("conversation-item")).hasCount(1);
    assertThat(demo.at("dialog")).hasCount(0);
  }

  @Test
  void whatIsNotTakenAlongIsNotAskedForAgain() {
    ApiClient api = desk.user("declines", "member");
    Demo demo = guest();
    demo.ask("Good morning");
    signIn(demo, "declines");
    demo.at("dialog-refuse").click();
    assertThat(demo.at("nav-account")).isVisible();
    demo.page().reload();
    assertThat(demo.at("connection-state", "data-state", "connected")).isAttached();
    assertThat(demo.at("dialog")).hasCount(0);
    assertEquals(0, api.get("/v1/conversations").get("data").size());
  }

  @Test
  void whoOnlyClosesTheQuestionIsAskedAgain() {
    desk.user("hesitates", "member");
    Demo demo = guest();
    demo.ask("Good morning");
    signIn(demo, "hesitates");
    assertThat(demo.at("dialog")).isVisible();
    demo.page().keyboard().press("Escape");
    assertThat(demo.at("dialog")).hasCount(0);
    demo.page().reload();
    demo.at("dialog-confirm").click();
    assertThat(demo.at("notice", "data-kind", "success")).containsText("1 conversation");
  }

  @Test
  void whoComesBackWithoutSigningInIsStillTheSameGuest() {
    Demo demo = guest();
    demo.ask("Good morning");
    demo.at("guest-sign-in").click();
    demo.at("sign-in-guest").click();
    assertThat(demo.at("conversation-item")).hasCount(1);
  }

  @Test
  void whoIsOfAnotherOrganisationIsToldThatItStays() {
    desk.superuser()
        .post(
            "/v1/users",
            Map.of("email", "elsewhere@example.org", "password", Desk.PASSWORD, "name", "E"));
    Demo demo = guest();
    demo.ask("Good morning");
    signIn(demo, "elsewhere");
    demo.at("dialog-confirm").click();
    assertThat(demo.at("notice", "data-kind", "info")).isVisible();
    assertThat(demo.at("nav-account")).isVisible();
    assertThat(demo.at("sign-in-email")).hasCount(0);
  }

  @Test
  void aGuestHasTheirConversationsAndNothingElse() {
    Demo demo = guest();
    for (String page : List.of("documents", "account", "admin", "settings")) {
      assertThat(demo.at("nav-" + page)).hasCount(0);
      Desk.at(demo, "#/" + page);
      assertThat(demo.at("denied")).isVisible();
    }
    assertThat(demo.at("notice", "data-kind", "error")).hasCount(0);
  }

  @Test
  void whereNobodyAllowsItNoGuestIsAskedIn() {
    try (RunningApp closed = new RunningApp(Map.of("knowledge.manual", "false"))) {
      Demo demo = new Demo(desk.tab().page(), closed.url()).open();
      demo.page().waitForResponse("**/v1/auth/offered", () -> demo.page().reload());
      assertThat(demo.at("sign-in-submit")).isVisible();
      assertThat(demo.at("sign-in-guest")).hasCount(0);
    }
  }
}
