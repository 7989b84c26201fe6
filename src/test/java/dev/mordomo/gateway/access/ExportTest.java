package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.Await;
import dev.mordomo.kernel.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Everything of one's own and nothing of anybody else's, once. */
class ExportTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static House house;
  private static Caller ana;
  private static Caller rui;
  private static Belongings anas;

  @BeforeAll
  static void open() {
    house = new House();
    ana = house.person("ana1", house.tenant, "operator");
    rui = house.person("rui1", house.tenant, "admin");
    anas = Belongings.of(ana, house.app.database());
    Belongings.of(rui, house.app.database());
  }

  @AfterAll
  static void close() {
    house.close();
  }

  private static HttpResponse<byte[]> download(Caller who, String id) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(URI.create(who.url() + "/v1/exports/" + id + "/file"))
              .header("Authorization", "Bearer " + who.token())
              .build(),
          BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode ready(Caller who, Map<String, ?> wanted) {
    String id = who.api().post("/v1/exports", wanted).get("id").asText();
    Await.until(
        "the export is written",
        () -> who.api().get("/v1/exports/" + id).get("status").asText().equals("ready"),
        PATIENCE);
    return who.api().get("/v1/exports/" + id);
  }

  private static String file(Map<String, String> files, String name) {
    String text = files.get(name);
    if (text == null) {
      throw new AssertionError(name + " is not among " + files.keySet());
    }
    return text;
  }

  private static List<JsonNode> only(List<JsonNode> audit, String action) {
    return audit.stream().filter(one -> one.get("action").asText().equals(action)).toList();
  }

  private static Map<String, String> unpacked(byte[] zip) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        files.put(entry.getName(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return files;
  }

  @Test
  void onesOwn() throws Exception {
    String conversation = ana.api().post("/v1/conversations", Map.of()).get("id").asText();
    ana.api()
        .post(
            "/v1/conversations/" + conversation + "/turns",
            Map.of("content", "Good morning, 529.982.247-25", "client_message_id", "cpf"));
    for (Caller one : List.of(rui, ana)) {
      one.api()
          .post(
              "/v1/logs",
              Map.of("level", "WARN", "source", "kettle", "message", "dry, of " + one.userId()));
    }
    Await.until(
        "the lines are written",
        () -> house.superuser.api().get("/v1/logs?source=kettle").get("data").size() == 2,
        PATIENCE);
    try (Connection owner = house.app.database().owner();
        Statement statement = owner.createStatement()) {
      statement.execute(
          "INSERT INTO user_identity VALUES ('https://issuer.example.org', 'ana at theirs', '"
              + ana.tenantId()
              + "', '"
              + ana.userId()
              + "', now())");
    }
    rui.api().patch("/v1/users/" + ana.userId(), Map.of("name", "Ana"));
    JsonNode export = ready(ana, Map.of());
    String id = export.get("id").asText();
    assertEquals("user", export.get("kind").asText());
    assertTrue(export.at("/counts/messages").asInt() >= 3, export.toString());

    assertEquals(404, download(rui, id).statusCode());
    HttpResponse<byte[]> got = download(ana, id);
    assertEquals(200, got.statusCode());
    assertEquals(export.get("size").asInt(), got.body().length);
    Map<String, String> files = unpacked(got.body());
    String all = String.join("\n", files.values());
    for (String kind :
        new String[] {
          "profile",
          "sign_ins",
          "conversations",
          "messages",
          "turns",
          "actions",
          "reminders",
          "collections",
          "documents",
          "chunks",
          "consents",
          "api_keys",
          "sessions",
          "jobs",
          "usage",
          "log_lines",
          "audit",
          "asked"
        }) {
      assertTrue(files.containsKey(kind + ".jsonl"), kind + " of " + files.keySet());
      file(files, kind + ".jsonl").lines().forEach(Json::read);
    }
    assertTrue(file(files, "messages.jsonl").contains("Good morning, " + anas.word()));
    assertTrue(file(files, "messages.jsonl").contains("529.982.247-25"), "opened for its user");
    assertTrue(file(files, "chunks.jsonl").contains("embeddings"));
    assertTrue(file(files, "sign_ins.jsonl").contains("ana at theirs"));
    assertTrue(file(files, "log_lines.jsonl").contains("dry, of " + ana.userId()));
    assertFalse(file(files, "log_lines.jsonl").contains("\"node\""), "the machine's name");
    assertTrue(file(files, "asked.jsonl").contains("treasure " + anas.word()), "what was searched");
    List<JsonNode> audit = file(files, "audit.jsonl").lines().map(Json::read).toList();
    assertEquals(
        ana.userId(), only(audit, "conversation.create").getFirst().get("actor_id").asText());
    assertTrue(only(audit, "conversation.create").getFirst().has("address"));
    JsonNode byAnother = only(audit, "user.change").getFirst();
    assertEquals(ana.userId(), byAnother.get("target_id").asText());
    assertEquals("admin", byAnother.get("actor_role").asText());
    for (String of : List.of("actor_id", "address", "user_agent", "salt", "hash")) {
      assertFalse(byAnother.has(of), of);
    }
    String original =
        files.entrySet().stream()
            .filter(f -> f.getKey().startsWith("files/" + anas.id("documents") + "/"))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElseThrow();
    assertTrue(original.contains("The treasure of " + anas.word()));
    assertEquals(export.get("counts"), Json.read(file(files, "manifest.json")).get("counts"));
    assertFalse(all.contains("zanzrui1"), "somebody else's");
    assertFalse(all.contains(rui.userId()));
    for (String secret : new String[] {"password_hash", "key_hash", "token_hash"}) {
      assertFalse(all.contains(secret), secret);
    }

    // Once.
    assertEquals("downloaded", ana.api().get("/v1/exports/" + id).get("status").asText());
    assertEquals(404, download(ana, id).statusCode());
  }

  @Test
  void notAfterItsTime() throws SQLException {
    String id = ready(ana, Map.of()).get("id").asText();
    try (Connection owner = house.app.database().owner();
        Statement statement = owner.createStatement()) {
      statement.execute(
          "UPDATE export SET expires_at = now() - interval '1 second' WHERE id = '" + id + "'");
    }
    assertEquals(404, download(ana, id).statusCode());
  }

  @Test
  void aWholeTenantForTheSuperuserAlone() throws Exception {
    String shared =
        rui.api()
            .post("/v1/collections", Map.of("name", "Laws", "scope", "tenant"))
            .get("id")
            .asText();
    rui.api()
        .post(
            "/v1/collections/" + shared + "/documents",
            Map.of("title", "Of dogs", "content", "Dogs are led in the park."));
    rui.api().patch("/v1/config", Map.of("tts.voice", "pt_PT-tugao-medium"));
    Caller stranger = house.person("stranger1", house.otherTenant, "admin");
    Belongings.of(stranger, house.app.database());
    JsonNode export = ready(house.superuser, Map.of("tenant_id", house.tenant));
    assertEquals("tenant", export.get("kind").asText());
    Map<String, String> files =
        unpacked(download(house.superuser, export.get("id").asText()).body());
    assertTrue(file(files, "shared/chunks.jsonl").contains("Dogs are led"));
    assertTrue(file(files, "shared/organisation.jsonl").contains("\"Faro\""));
    assertTrue(file(files, "shared/settings.jsonl").contains("tts.voice"));
    List<JsonNode> audit = file(files, "shared/audit.jsonl").lines().map(Json::read).toList();
    JsonNode changed = only(audit, "config.change").getFirst();
    assertEquals(rui.userId(), changed.get("actor_id").asText());
    assertEquals("127.0.0.1", changed.get("address").asText());
    assertFalse(files.containsKey("users/" + ana.userId() + "/organisation.jsonl"));
    assertTrue(file(files, "users/" + ana.userId() + "/messages.jsonl").contains(anas.word()));
    assertTrue(file(files, "users/" + rui.userId() + "/messages.jsonl").contains("zanzrui1"));
    String all = String.join("\n", files.values()) + files.keySet();
    assertFalse(all.contains("zanzstranger1"), "another tenant's");
    assertFalse(all.contains(stranger.userId()));

    Operation start =
        Operation.all().stream()
            .filter(o -> o.name().equals("POST /v1/exports"))
            .findFirst()
            .orElseThrow();
    for (String tenant : new String[] {house.tenant, house.otherTenant}) {
      assertEquals(
          403,
          rui.call(start, "", n -> java.util.Optional.of(tenant), Map.of("tenant_id", tenant))
              .status());
    }
  }
}
