package dev.mordomo.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.FileChooser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import dev.mordomo.ApiClient;
import dev.mordomo.knowledge.text.TestFiles;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that come in, wherever they are put down, and who may put them where. */
class DocumentsPageTest {
  private static final String LIGHTHOUSE = "The lighthouse of Barra was painted in 1987 by Otavio.";
  private static final String ASKED = "When was the lighthouse of Barra painted?";

  /** What a browser does with a file that is let go over the page; true when the page took it. */
  private static final String DROP =
      """
      ([name, text]) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text], name, { type: 'text/plain' }));
        const over = { bubbles: true, cancelable: true, dataTransfer };
        document.getElementById('main').dispatchEvent(new DragEvent('dragover', over));
        const drop = new DragEvent('drop', over);
        document.getElementById('main').dispatchEvent(drop);
        return drop.defaultPrevented;
      }
      """;

  /** Likewise while a file is held over it. */
  private static final String HOLD =
      """
      () => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(['a'], 'a.txt', { type: 'text/plain' }));
        const over = { bubbles: true, cancelable: true, dataTransfer };
        document.getElementById('main').dispatchEvent(new DragEvent('dragover', over));
      }
      """;

  @RegisterExtension static final Desk desk = new Desk();

  private static Demo signedIn(String name, String role) {
    desk.user(name, role);
    return desk.signedIn(name);
  }

  private static boolean drop(Demo demo, String name, String text) {
    return Boolean.TRUE.equals(demo.page().evaluate(DROP, List.of(name, text)));
  }

  private static FilePayload file(String name, byte[] bytes) {
    return new FilePayload(name, "application/octet-stream", bytes);
  }

  private static FilePayload file(String name, String text) {
    return file(name, text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aFileDroppedOnTheChatAnswersTheNextQuestion() {
    Demo demo = signedIn("drops", "member");
    assertTrue(drop(demo, "lighthouse.txt", LIGHTHOUSE), "the browser would open it");
    assertThat(demo.at("upload-row", "data-status", "done")).hasCount(1);
    String answer = demo.ask(ASKED);
    assertTrue(answer.contains("1987"), answer);
    Desk.assertAccessible(demo);
    demo.at("source-item").first().click();
    assertThat(demo.at("citation-highlight")).containsText("Otavio");
    Desk.assertAccessible(demo);
    Desk.at(demo, "#/documents");
    assertThat(demo.at("collection-item", "aria-pressed", "true"))
        .hasAttribute("data-scope", "user");
    assertThat(demo.at("document-row", "data-status", "indexed")).hasCount(1);
    Desk.assertAccessible(demo);
  }

  @Test
  void aFileGoesWhereThePageSaysWhileItIsHeld() {
    ApiClient api = desk.user("sorts", "member");
    api.post("/v1/collections", Map.of("name", "Letters", "scope", "user"));
    String mine =
        api.post("/v1/collections", Map.of("name", "My documents", "scope", "user"))
            .get("id")
            .asText();
    Demo demo = desk.signedIn("sorts");
    demo.page().evaluate(HOLD);
    assertThat(demo.at("drop-veil")).containsText("My documents");
    assertTrue(drop(demo, "lighthouse.txt", LIGHTHOUSE), "the browser would open it");
    assertThat(demo.at("upload-row", "data-status", "done")).hasCount(1);
    assertEquals(1, api.get("/v1/collections/" + mine + "/documents").get("data").size());
    // Where there is none of that name, another is named.
    assertEquals(204, api.status("DELETE", "/v1/collections/" + mine));
    demo.page().reload();
    demo.at("connection-state", "data-state", "connected").waitFor(Demo.attached());
    demo.page().evaluate(HOLD);
    assertThat(demo.at("drop-veil")).containsText("Letters");
  }

  @Test
  void aFileIsAttachedByTheKeyboard() {
    Demo demo = signedIn("attaches", "member");
    Locator attach = demo.at("composer-attach");
    assertThat(attach).hasAccessibleName("Attach a file");
    FileChooser chooser =
        demo.page()
            .waitForFileChooser(() -> {
              attach.focus();
              demo.page().keyboard().press("Enter");
            });
    chooser.setFiles(file("lighthouse.txt", LIGHTHOUSE));
    assertThat(demo.at("upload-row", "data-status", "done")).hasCount(1);
  }

  @Test
  void whatMayNotBeWrittenSaysSoAndOffersNothing() {
    ApiClient superuser = desk.superuser();
    String global =
        superuser
            .post("/v1/collections", Map.of("name", "For all", "scope", "global"))
            .get("id")
            .asText();
    superuser.post(
        "/v1/collections/" + global + "/documents",
        Map.of("title", "Harbour", "source", "harbour.md", "content", "The harbour is deep."));
    Demo demo = signedIn("reads", "member");
    Desk.at(demo, "#/documents");
    demo.at("collection-item", "data-scope", "global").first().click();
    assertThat(demo.at("document-row")).hasCount(1);
    assertThat(demo.at("document-delete")).hasCount(0);
    assertTrue(drop(demo, "lighthouse.txt", LIGHTHOUSE));
    assertThat(demo.at("notice", "data-kind", "error"))
        .containsText("Only those who keep this collection");
    assertThat(demo.at("upload-row")).hasCount(0);
    assertEquals(List.of("user"), scopes(demo));

    Demo guest = desk.tab().open();
    guest.at("sign-in-guest").click();
    guest.at("connection-state", "data-state", "connected").waitFor(Demo.attached());
    assertThat(guest.at("composer-attach")).hasCount(0);
    assertTrue(drop(guest, "lighthouse.txt", LIGHTHOUSE));
    assertThat(guest.at("notice", "data-kind", "error")).containsText("Sign in");
    guest.at("notice").getByRole(AriaRole.BUTTON).click();
    String answer = guest.ask("How deep is the harbour?");
    assertTrue(answer.contains("deep"), answer);
    guest.at("source-item").first().click();
    assertThat(guest.at("citation-highlight")).containsText("The harbour is deep");
    assertThat(guest.at("open-original")).hasCount(0);
  }

  @Test
  void whoKeepsTheDocumentsOfAnOrganisationMayAddAndRemoveThem() {
    Demo demo = signedIn("keeper", "operator");
    Desk.at(demo, "#/documents");
    assertEquals(List.of("user", "tenant"), scopes(demo));
    demo.at("collection-name").fill("Rules");
    demo.page().locator("select[name=scope]").selectOption("tenant");
    demo.at("collection-create").click();
    assertThat(demo.at("collection-item", "aria-pressed", "true")).containsText("Rules");
    demo.at("file-input").setInputFiles(file("rules.txt", "The doors close at ten."));
    assertThat(demo.at("document-row", "data-status", "indexed")).hasCount(1);
    assertThat(demo.at("document-delete")).hasCount(1);
    Demo member = signedIn("follows", "member");
    Desk.at(member, "#/documents");
    member.at("collection-item", "data-scope", "tenant").click();
    assertThat(member.at("document-row")).hasCount(1);
    assertThat(member.at("document-delete")).hasCount(0);
    assertThat(member.at("read-only")).isVisible();
  }

  private static List<String> scopes(Demo demo) {
    demo.at("collection-new").click();
    Locator options = demo.page().locator("select[name=scope] option");
    options.first().waitFor(Demo.attached());
    return options.all().stream().map(option -> option.getAttribute("value")).toList();
  }

  @Test
  void anUploadTellsHowFarItIs() {
    Demo demo = signedIn("watches", "member");
    CDPSession network = demo.page().context().newCDPSession(demo.page());
    network.send("Network.enable");
    JsonObject slow = new JsonObject();
    slow.addProperty("offline", false);
    slow.addProperty("latency", 0);
    slow.addProperty("downloadThroughput", -1);
    slow.addProperty("uploadThroughput", 20_000);
    network.send("Network.emulateNetworkConditions", slow);
    demo.at("composer-file").setInputFiles(file("long.txt", (LIGHTHOUSE + "\n").repeat(8_000)));
    Locator row = demo.at("upload-row", "data-status", "uploading");
    assertThat(row).containsText("%");
    assertThat(row.locator("progress")).hasAttribute("value", Pattern.compile("0\\.\\d+"));
    row.getByRole(AriaRole.BUTTON).click();
    assertThat(demo.at("upload-row")).hasCount(0);
  }

  @Test
  void aDuplicateIsLinkedReplacedOrKept() {
    Demo demo = signedIn("doubles", "member");
    Desk.at(demo, "#/documents");
    put(demo, LIGHTHOUSE);
    Locator rows = demo.at("document-row", "data-status", "indexed");
    assertThat(rows).hasCount(1);
    choose(demo, LIGHTHOUSE, "duplicate-link");
    assertThat(rows).hasCount(1);
    String first = rows.getAttribute("data-document-id");
    choose(demo, "It is red now.", "duplicate-replace");
    assertThat(rows).hasCount(1);
    demo.at("document-open").click();
    assertThat(demo.at("passage")).containsText("red");
    assertEquals(first, rows.getAttribute("data-document-id"), "in the place of the old one");
    choose(demo, "It is white now.", "duplicate-keep");
    assertThat(rows).hasCount(2);
  }

  private static void put(Demo demo, String text) {
    demo.at("file-input").setInputFiles(file("lighthouse.txt", text));
  }

  private static void choose(Demo demo, String text, String choice) {
    int done = demo.at("upload-row", "data-status", "done").count();
    put(demo, text);
    demo.at(choice).click();
    assertThat(demo.at("upload-row", "data-status", "done")).hasCount(done + 1);
  }

  @ParameterizedTest
  @CsvSource({
    "txt, The windmill of Arraial grinds 410 sacks of corn., How many sacks does the windmill of"
        + " Arraial grind?, 410",
    "html, The ferry to Itaparica leaves every 35 minutes., How often does the ferry to Itaparica"
        + " leave?, 35",
    "pdf, The bridge of Laguna carries 2900 cars a day., How many cars does the bridge of Laguna"
        + " carry?, 2900",
    "docx, The bakery in Sintra bakes 620 loaves., How many loaves does the bakery in Sintra bake?,"
        + " 620",
    "odt, The orchard near Rosario has 175 pear trees., How many pear trees does the orchard near"
        + " Rosario have?, 175",
  })
  void everyKindOfFileAnswers(String kind, String sentence, String question, String expected) {
    ApiClient api = desk.user("writes-" + kind, "member");
    Demo demo = desk.signedIn("writes-" + kind);
    demo.at("composer-file").setInputFiles(file("note." + kind, TestFiles.saying(kind, sentence)));
    assertThat(demo.at("upload-row", "data-status", "done")).hasCount(1);
    assertTrue(api.post("/v1/search", Map.of("query", question)).toString().contains(expected));
    String answer = demo.ask(question);
    assertTrue(answer.contains(expected), answer);
    assertThat(demo.at("source-item")).hasCount(1);
  }

  @Test
  void aHostileDocumentIsShownAndDoesNothing() {
    desk.mayBlock(HostileText.BLOCKED);
    Demo demo = signedIn("hostile", "member");
    demo.at("composer-file")
        .setInputFiles(file("hostile.md", "# The gate of Moura\n\n" + HostileText.MARKDOWN));
    assertThat(demo.at("upload-row", "data-status", "done")).hasCount(1);
    demo.ask("What is the password of the gate of Moura?");
    HostileText.assertHarmless(demo);
    demo.at("source-item").first().click();
    assertThat(demo.at("citation-highlight")).containsText("swordfish");
    HostileText.assertHarmless(demo);
  }
}
