package dev.mordomo.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.RunningApp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The administrator's and the superuser's pages, in a real browser on the real server. */
class AdminPageTest {
  private static final List<String> OF_ADMINS = List.of("users", "privacy", "audit", "settings");
  private static final List<String> OF_THE_SUPERUSER = List.of("tenants", "logs");
  @RegisterExtension static final Desk desk = new Desk();

  private static Demo superuser() {
    return desk.tab().signIn();
  }

  private static Locator row(Demo demo, String list, String attribute, String value) {
    return demo.at(list + "-row", attribute, value);
  }

  @Test
  void aMemberSeesNoneOfItAndADirectLinkSaysSo() {
    desk.user("plain", "member");
    Demo demo = desk.signedIn("plain");
    assertThat(demo.at("nav-account")).isVisible();
    assertThat(demo.at("nav-admin")).hasCount(0);
    for (String part : List.of("", "/users", "/tenants", "/audit", "/logs", "/settings")) {
      Desk.at(demo, "#/admin" + part);
      assertThat(demo.at("denied")).containsText("Member");
      assertThat(demo.at("page-admin")).hasCount(0);
    }
    Desk.assertAccessible(demo);
  }

  @Test
  void anAdministratorSeesTheirOrganisationAndNotTheInstallation() {
    desk.user("local", "admin");
    Demo demo = desk.signedIn("local");
    Desk.at(demo, "#/admin");
    for (String part : OF_ADMINS) {
      assertThat(demo.at("part-" + part)).isVisible();
    }
    for (String part : OF_THE_SUPERUSER) {
      assertThat(demo.at("part-" + part)).hasCount(0);
      Desk.at(demo, "#/admin/" + part);
      assertThat(demo.at("denied")).containsText("Administrator");
    }
    Desk.at(demo, "#/admin/users");
    assertThat(row(demo, "users", "data-email", Desk.email("local"))).isVisible();
    assertThat(row(demo, "users", "data-email", RunningApp.EMAIL)).hasCount(0);
    demo.at("user-new").click();
    assertThat(demo.at("user-role").locator("option")).hasCount(3);
  }

  @Test
  void aUserIsMadeFoundChangedAndSwitchedOff() {
    desk.user("chief", "admin");
    Demo demo = Desk.at(desk.signedIn("chief"), "#/admin/users");
    demo.at("user-new").click();
    demo.at("user-email").fill(Desk.email("chief"));
    demo.at("user-name").fill("Dora");
    demo.at("user-create").click();
    assertThat(demo.at("field-error")).containsText("has this e-mail already");
    demo.at("user-email").fill("dora@example.org");
    demo.at("user-create").click();
    String password = demo.at("user-password").inputValue();
    demo.at("user-password-kept").click();
    assertThat(demo.at("user-password")).hasCount(0);
    demo.at("user-search").fill("DORA@");
    assertThat(demo.at("users-row")).hasCount(1);
    Demo dora = desk.tab().signIn("dora@example.org", password);

    demo.at("user-open").click();
    demo.at("one-role").selectOption("operator");
    demo.at("one-quota").fill("5000");
    demo.at("one-save").click();
    assertThat(demo.at("notice", "data-kind", "success")).isVisible();
    Desk.assertAccessible(demo);
    Desk.picture(demo, "user");
    demo.at("user-activate").click();
    demo.at("dialog-confirm").click();
    dora.at("sign-in-email").waitFor();
    demo.page().keyboard().press("Escape");
    assertThat(demo.at("user-dialog")).hasCount(0);
    assertThat(demo.at("user-open")).isFocused();
    Locator made = row(demo, "users", "data-email", "dora@example.org");
    assertThat(made).hasAttribute("data-active", "false");
    assertThat(made).containsText("Operator");

    demo.at("user-search").fill("nobody of this name");
    assertThat(demo.at("empty")).isVisible();
  }

  @Test
  void anAdministratorGivesANewPasswordAndSignsOutEverywhere() {
    desk.user("keeper", "admin");
    desk.user("kept", "member");
    Demo kept = desk.signedIn("kept");
    Demo demo = Desk.at(desk.signedIn("keeper"), "#/admin/users");
    demo.at("user-search").fill("kept@");
    assertThat(demo.at("users-row")).hasCount(1);
    demo.at("user-open").click();
    demo.at("user-sign-out").click();
    demo.at("dialog-confirm").click();
    kept.at("sign-in-email").waitFor();
    demo.at("user-reset").click();
    demo.at("dialog-confirm").click();
    ApiClient.signIn(desk.app.url(), Desk.email("kept"), demo.at("user-password").inputValue());
  }

  @Test
  void aUserIsErasedOnceTheirAddressIsTyped() {
    desk.user("eraser", "admin");
    ApiClient gone = desk.user("gone", "member");
    gone.post("/v1/conversations", Map.of());
    Demo demo = Desk.at(desk.signedIn("eraser"), "#/admin/users");
    demo.at("user-search").fill("gone@");
    assertThat(demo.at("users-row")).hasCount(1);
    demo.at("user-open").click();
    demo.at("user-erase").click();
    assertThat(demo.at("dialog-confirm")).isDisabled();
    demo.at("dialog-input").fill("gone@example");
    assertThat(demo.at("dialog-confirm")).isDisabled();
    demo.at("dialog-input").fill(Desk.email("gone"));
    demo.at("dialog-confirm").click();
    assertThat(demo.at("receipt-status")).hasAttribute("data-status", "done");
    assertThat(demo.at("receipt-erased")).containsText("conversation");
    Desk.assertAccessible(demo);
    Desk.picture(demo, "receipt");
    demo.at("modal-close").click();
    assertThat(demo.at("users-row")).hasCount(0);
    Desk.at(demo, "#/admin/privacy");
    demo.at("receipt-open").first().click();
    assertThat(demo.at("receipt")).isVisible();
  }

  @Test
  void organisationsAreMadeChangedAndSuspended() {
    Demo demo = Desk.at(superuser(), "#/admin/tenants");
    demo.at("tenant-new").click();
    demo.at("tenant-name").fill("Vila");
    demo.at("tenant-plan").selectOption("pro");
    demo.at("tenant-quota").fill("5000");
    demo.at("tenant-billed").fill("2099-02-28");
    demo.at("tenant-save").click();
    Locator made = row(demo, "tenants", "data-name", "Vila");
    assertThat(made).containsText("2099");
    assertThat(made).containsText("Pro");
    String id =
        tenants()
            .valueStream()
            .filter(one -> one.get("name").asText().equals("Vila"))
            .findFirst()
            .orElseThrow()
            .get("id")
            .asText();
    desk.superuser()
        .post(
            "/v1/users",
            Map.of(
                "tenant_id",
                id,
                "email",
                "villager@example.org",
                "password",
                Desk.PASSWORD,
                "name",
                "Villager"));
    Demo villager = desk.signedIn("villager");
    made.locator("[data-testid=tenant-open]").click();
    demo.at("tenant-quota").fill("7000");
    demo.at("tenant-resets").fill("2099-01-31T12:00");
    assertThat(demo.at("tenant-billed")).hasValue("2099-02-28");
    demo.at("tenant-billed").fill("2099-03-31");
    demo.at("tenant-save").click();
    assertThat(demo.at("notice", "data-kind", "success").last()).isVisible();
    demo.at("tenant-suspend").click();
    demo.at("dialog-confirm").click();
    assertThat(demo.at("tenant-status")).hasAttribute("data-status", "suspended");
    villager.at("sign-in-email").waitFor();
    Desk.picture(demo, "tenant");
    demo.at("tenant-suspend").click();
    assertThat(demo.at("tenant-status")).hasAttribute("data-status", "active");
    JsonNode tenant = desk.superuser().get("/v1/tenants/" + id);
    assertEquals(7000, tenant.get("token_quota").asInt());
    assertFalse(tenant.get("quota_resets_at").isNull());
    assertEquals("2099-03-31", tenant.get("next_billing_date").asText());
  }

  private static JsonNode tenants() {
    return desk.superuser().get("/v1/tenants").get("data");
  }

  @Test
  void longListsComeInPages() {
    ApiClient api = desk.superuser();
    for (int i = 0; i < 30; i++) {
      api.post(
          "/v1/users",
          Map.of("email", "many" + i + "@example.org", "name", "Many " + i, "role", "member"));
    }
    Demo demo = Desk.at(superuser(), "#/admin/users");
    demo.at("user-search").fill("many");
    assertThat(demo.at("users-row").first()).containsText("Many 0");
    assertThat(demo.at("users-row")).hasCount(25);
    demo.at("more").click();
    assertThat(demo.at("users-row")).hasCount(30);
    assertThat(demo.at("more")).hasCount(0);
  }

  @Test
  void theAuditIsFilteredAndItsChainChecked() {
    desk.user("watched", "member");
    Demo demo = Desk.at(superuser(), "#/admin/audit");
    assertThat(demo.at("audit-row").first()).isVisible();
    demo.at("audit-action").fill("user.create");
    demo.at("audit-result").selectOption("ok");
    demo.at("audit-apply").click();
    assertThat(demo.page().locator("[data-testid=audit-row]:not([data-action='user.create'])"))
        .hasCount(0);
    assertThat(row(demo, "audit", "data-action", "user.create").first())
        .containsText(RunningApp.EMAIL);
    demo.at("audit-open").first().press("Enter");
    assertThat(demo.at("audit-record")).containsText("email");
    Desk.assertAccessible(demo);
    Desk.picture(demo, "audit-record");
    demo.page().keyboard().press("Escape");
    demo.at("audit-from").fill("2099-01-01T00:00");
    demo.at("audit-apply").click();
    assertThat(demo.at("empty")).isVisible();
    demo.at("audit-verify").click();
    assertThat(demo.at("chains-row", "data-state", "whole").first()).isVisible();
    assertThat(demo.at("chains-row", "data-state", "broken")).hasCount(0);
    Desk.picture(demo, "audit");
  }

  @Test
  void aWrongSettingIsToldAtItsFieldAndNothingIsChanged() {
    Demo demo = Desk.at(superuser(), "#/admin/settings");
    Locator temperature = demo.at("config-value", "data-key", "brain.temperature");
    Locator voice = demo.at("config-value", "data-key", "tts.voice");
    voice.fill("another-voice");
    temperature.fill("99");
    demo.at("config-save").click();
    assertThat(demo.at("field-error")).hasCount(1);
    assertThat(temperature).hasAttribute("aria-invalid", "true");
    assertThat(temperature).isFocused();
    assertEquals("default", source("tts.voice"));
    Desk.assertAccessible(demo);
    Desk.picture(demo, "settings");
    temperature.fill("0.5");
    demo.at("config-save").click();
    assertThat(demo.at("config-entry", "data-key", "tts.voice"))
        .hasAttribute("data-source", "installation");
    assertEquals(0.5, config("brain.temperature").get("value").asDouble());
    demo.at("config-entry", "data-key", "tts.voice").getByRole(AriaRole.BUTTON).click();
    assertThat(demo.at("config-entry", "data-key", "tts.voice"))
        .not()
        .hasAttribute("data-source", "installation");
  }

  private static String source(String key) {
    return config(key).get("source").asText().equals("installation") ? "installation" : "default";
  }

  private static JsonNode config(String key) {
    return desk.superuser().get("/v1/config/" + key);
  }

  @Test
  void theOrganisationsRulesArePutDown() {
    ApiClient api = desk.user("ruler", "admin");
    Demo demo = Desk.at(desk.signedIn("ruler"), "#/admin/privacy");
    demo.at("policy-mask").check();
    assertThat(demo.at("documents-keep")).isChecked();
    demo.at("documents-mask").check();
    demo.at("retention-days").fill("90");
    demo.at("rules-save").click();
    assertThat(demo.at("notice", "data-kind", "success")).isVisible();
    JsonNode rules = api.get("/v1/tenants/" + Desk.TENANT + "/privacy");
    assertEquals("mask", rules.get("personal_data").asText());
    assertEquals("mask", rules.get("personal_data_in_documents").asText());
    assertEquals(90, rules.get("retention_days").asInt());
    demo.page().reload();
    assertThat(demo.at("policy-mask")).isChecked();
    assertThat(demo.at("documents-mask")).isChecked();
    assertThat(demo.at("retention-days")).hasValue("90");
  }

  @Test
  void aPostedLineSaysWhoPostedItAndIsNotTakenForTheServersOwn() {
    ApiClient device = desk.user("kettle", "member");
    JsonNode posted =
        device.post(
            "/v1/logs",
            Map.of(
                "level", "WARN",
                "source", "posted-kettle",
                "message", "no water",
                "metadata", Map.of("degrees", 97)));
    Demo demo = superuser();
    Desk.at(demo, "#/admin/logs");
    demo.at("log-source").fill("posted-");
    Await.until(
        "the page finds it",
        () -> {
          demo.at("log-apply").click();
          demo.page().waitForLoadState();
          return demo.at("logs-row").count() == 1 && demo.at("log-posted").count() == 1;
        },
        Duration.ofSeconds(30));
    String user = posted.get("user_id").asText().substring(0, 8);
    assertThat(demo.at("log-posted")).hasText("posted by " + user);
    assertThat(demo.at("log-posted")).hasAttribute("title", Desk.TENANT);
    demo.at("log-metadata").click();
    assertThat(demo.at("logs-row")).containsText("\"degrees\": 97");
    Desk.assertAccessible(demo);
  }

  @Test
  void theLogIsSearchedByTheSuperuser() {
    org.slf4j.LoggerFactory.getLogger("zanz.Kettle").warn("the kettle is dry");
    Demo demo = Desk.at(superuser(), "#/admin/logs");
    demo.at("log-source").fill("zanz.");
    demo.at("log-text").fill("KETTLE");
    // A line stands there about a second after it was logged.
    demo.page()
        .waitForCondition(() -> {
          demo.at("log-apply").click();
          demo.page().waitForLoadState(com.microsoft.playwright.options.LoadState.NETWORKIDLE);
          return demo.at("logs-row", "data-level", "WARN").count() == 1;
        });
    assertThat(demo.at("logs-row")).containsText("the kettle is dry");
    Desk.picture(demo, "logs");
    demo.at("log-level").selectOption("ERROR");
    demo.at("log-apply").click();
    assertThat(demo.at("empty")).isVisible();
  }

  @Test
  void everyPartIsAccessibleAndFitsAPhone() {
    Demo phone = desk.phone("es-ES").signIn();
    Demo wide = superuser();
    for (String part : List.of("users", "tenants", "privacy", "audit", "settings", "logs")) {
      for (Demo demo : List.of(phone, wide)) {
        Desk.at(demo, "#/admin/" + part);
        assertThat(demo.at("page-admin", "data-part", part)).isVisible();
        assertThat(demo.page().locator(".page .skeleton")).hasCount(0);
        Desk.assertAccessible(demo);
      }
      Desk.picture(phone, "phone-admin-" + part);
      Desk.picture(wide, "wide-admin-" + part);
    }
  }
}
