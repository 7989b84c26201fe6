package dev.mordomo.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Page;
import dev.mordomo.RunningApp;
import dev.mordomo.kernel.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page of the interface, in a browser. */
class DocsTest {
  private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");
  private static RunningApp app;
  private static Browsers browsers;

  @BeforeAll
  static void open() {
    app = new RunningApp(Map.of());
    browsers = new Browsers();
  }

  @AfterAll
  static void close() {
    browsers.close();
    app.close();
  }

  @Test
  void everyOperationAndEventIsShown() throws Exception {
    JsonNode http = read("/openapi.json");
    JsonNode socket = read("/asyncapi.json");
    List<String> complaints = new ArrayList<>();
    List<String> asked = new ArrayList<>();
    try (Page page = browsers.browser().newPage()) {
      page.onConsoleMessage(message -> {
        if (message.type().equals("error")) {
          complaints.add(message.text());
        }
      });
      page.onPageError(complaints::add);
      page.onRequest(request -> asked.add(request.url()));
      page.navigate(app.url() + "/docs#quota_exceeded");
      page.locator("main[aria-busy=false]").waitFor();

      Set<String> operations = new TreeSet<>();
      http.get("paths")
          .properties()
          .forEach(path ->
              path.getValue().properties().stream()
                  .filter(one -> METHODS.contains(one.getKey()))
                  .forEach(one ->
                      operations.add(
                          one.getKey().toUpperCase(java.util.Locale.ROOT) + " " + path.getKey())));
      assertEquals(
          operations, new TreeSet<>(page.locator("[data-testid=operation] h3").allInnerTexts()));
      Set<String> messages = new TreeSet<>();
      socket
          .get("channels")
          .forEach(channel ->
              channel.get("messages").properties().forEach(one -> messages.add(one.getKey())));
      assertEquals(
          messages, new TreeSet<>(page.locator("[data-testid=message] h3").allInnerTexts()));
      // Where problem documents point to.
      assertTrue(page.locator("tr#quota_exceeded").innerText().contains("429"));
      assertEquals(
          List.of(),
          page.locator("main a[href^='#schema-']").all().stream()
              .map(link -> link.getAttribute("href"))
              .distinct()
              .filter(target -> page.locator(target).count() != 1)
              .toList());

      page.locator("#find").fill("snooze");
      assertTrue(page.locator("[data-testid=operation]:visible").count() < operations.size());
      assertTrue(page.locator("#op-snoozeReminder").isVisible());
    }
    assertEquals(List.of(), complaints);
    assertTrue(asked.stream().allMatch(url -> url.startsWith(app.url())), asked::toString);
  }

  private static JsonNode read(String path) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return Json.read(
          client
              .send(
                  HttpRequest.newBuilder(URI.create(app.url() + path)).build(),
                  BodyHandlers.ofString())
              .body());
    }
  }
}
