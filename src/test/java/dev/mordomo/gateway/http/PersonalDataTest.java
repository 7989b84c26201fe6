package dev.mordomo.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.RunningApp;
import dev.mordomo.gateway.http.EventSource.Event;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.FakeModelServer;
import dev.mordomo.model.FakeModelServer.Behaviour;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Personal data on its way through the house: what the model, the tables and its user see of it.
 */
class PersonalDataTest {
  private static final String CPF = "529.982.247-25";
  private static final String MAIL = "ana.souza@exemplo.com.br";
  private static final String SAID = "Meu CPF é " + CPF + " e meu e-mail " + MAIL + ", anote.";
  private static final Behaviour REPEATS =
      Behaviour.saying("Anotei: [CP", "F_1", "] e [EMA", "IL_1", "]. De novo: [CPF_1].");
  private static final String ANSWER = "Anotei: " + CPF + " e " + MAIL + ". De novo: " + CPF + ".";

  private static Vertx vertx;
  private static FakeModelServer model;
  private static RunningApp app;
  private static ApiClient ana;
  private static String tenant;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    model = FakeModelServer.start(vertx);
    app =
        new RunningApp(
            TestDatabase.create(),
            Map.of(
                "model.chat",
                "openai/test",
                "knowledge.manual",
                "false",
                "knowledge.inline_bytes",
                "2000"),
            Map.of("OPENAI_BASE_URL", model.openAiUrl()));
    ana = ApiClient.signIn(app.url());
    tenant = ana.get("/v1/me").get("tenant_id").asText();
  }

  @AfterAll
  static void close() {
    app.close();
    model.close();
    vertx.close().await();
  }

  @BeforeEach
  void forget() {
    policy("reversible");
    for (JsonNode consent : ana.get("/v1/me/consents").get("data")) {
      send("DELETE", "/v1/me/consents/" + consent.get("id").asText());
    }
  }

  private static void policy(String policy) {
    assertEquals(
        policy,
        ana.patch("/v1/tenants/" + tenant + "/privacy", Map.of("personal_data", policy))
            .get("personal_data")
            .asText());
  }

  private static String send(String method, String path) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create(app.url() + path))
                  .header("Authorization", "Bearer " + ana.token())
                  .method(method, HttpRequest.BodyPublishers.noBody())
                  .build(),
              BodyHandlers.ofString())
          .body();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String conversation() {
    return ana.post("/v1/conversations", Map.of("collections", List.of())).get("id").asText();
  }

  private static List<Event> say(String conversation, String words) {
    try (EventSource source =
        EventSource.post(
            app.url(),
            "/v1/conversations/" + conversation + "/turns",
            ana.token(),
            Map.of(),
            Json.write(Map.of("content", words, "client_message_id", Ids.next().toString())))) {
      return source.rest();
    }
  }

  private static String text(List<Event> events) {
    return events.stream()
        .filter(e -> e.type().equals("turn.delta"))
        .map(e -> e.data().get("text").asText())
        .collect(Collectors.joining());
  }

  private static List<JsonNode> messages(String conversation) {
    List<JsonNode> messages = new ArrayList<>();
    ana.get("/v1/conversations/" + conversation + "/messages").get("data").forEach(messages::add);
    return messages;
  }

  private static long rowsWith(String word) throws Exception {
    long rows = 0;
    try (Connection owner = app.database().owner();
        Statement statement = owner.createStatement()) {
      List<String> tables = new ArrayList<>();
      try (ResultSet names =
          statement.executeQuery(
              "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind"
                  + " = 'r'")) {
        while (names.next()) {
          tables.add(names.getString(1));
        }
      }
      for (String table : tables) {
        try (ResultSet count =
            statement.executeQuery(
                "SELECT count(*) FROM \"" + table + "\" t WHERE t::text LIKE '%" + word + "%'")) {
          count.next();
          rows += count.getLong(1);
        }
      }
    }
    return rows;
  }

  @Test
  void reversibly() throws Exception {
    String conversation = conversation();
    model.then(REPEATS);
    List<Event> events = say(conversation, SAID);
    String asked = model.next().json().toString();
    assertTrue(asked.contains("Meu CPF é [CPF_1] e meu e-mail [EMAIL_1], anote."), asked);
    assertFalse(asked.contains(CPF) || asked.contains(MAIL) || asked.contains("[["), asked);

    // Its user sees it, in the stream and later.
    assertEquals(ANSWER, text(events));
    assertEquals(SAID, events.getFirst().type().isEmpty() ? "" : started(events));
    List<JsonNode> messages = messages(conversation);
    assertEquals(SAID, messages.getFirst().get("content").asText());
    assertEquals(ANSWER, messages.getLast().get("content").asText());
    assertEquals(
        Json.read("{\"policy\":\"reversible\",\"found\":{\"cpf\":1,\"email\":1}}"),
        messages.getFirst().at("/metadata/personal_data"));
    assertEquals(SAID, ana.get("/v1/conversations/" + conversation).get("title").asText());

    // No table holds it.
    assertEquals(0, rowsWith(CPF));
    assertEquals(0, rowsWith(MAIL));

    // The history of the next turn is told with the same care.
    model.then(REPEATS);
    say(conversation, "E o outro, 111.444.777-35?");
    String next = model.next().json().toString();
    assertTrue(next.contains("Meu CPF é [CPF_1]") && next.contains("E o outro, [CPF_2]?"), next);
    assertFalse(next.contains(CPF) || next.contains("111.444"), next);
  }

  @Test
  void aQuestionIsRewrittenWithTheSameCare() throws Exception {
    String conversation = ana.post("/v1/conversations", Map.of()).get("id").asText();
    model.forget();
    model.then(REPEATS);
    say(conversation, SAID);
    model.then(REPEATS);
    say(conversation, "E o outro, 111.444.777-35?");
    String asked = model.nextRewriting().json().toString();
    assertTrue(asked.contains("Meu CPF é [CPF_1]") && asked.contains("E o outro, [CPF_2]?"), asked);
    assertFalse(asked.contains(CPF) || asked.contains(MAIL) || asked.contains("111.444"), asked);
    assertEquals(0, rowsWith("111.444.777-35"));
    model.forget();
  }

  private static String started(List<Event> events) {
    return events.stream()
        .filter(e -> e.type().equals("turn.started"))
        .map(e -> e.data().at("/message/content").asText())
        .findFirst()
        .orElse(SAID);
  }

  @Test
  void onTheSocketAndInTheFormOfOpenAi() throws Exception {
    String conversation = conversation();
    try (WireClient socket =
        WireClient.connected(URI.create(app.url()).getPort(), ana.token()).pongs()) {
      socket.send("{\"id\":2,\"subscribe\":{\"channel\":\"conversation:" + conversation + "\"}}");
      socket.next();
      model.then(REPEATS);
      say(conversation, SAID);
      StringBuilder heard = new StringBuilder();
      while (true) {
        JsonNode data = socket.next().at("/push/pub/data");
        if (data.path("type").asText().equals("turn.delta")) {
          heard.append(data.get("text").asText());
        } else if (data.path("type").asText().equals("turn.started")) {
          assertEquals(SAID, data.at("/message/content").asText());
        } else if (data.path("type").asText().equals("turn.completed")) {
          assertEquals(ANSWER, data.at("/message/content").asText());
          break;
        }
      }
      assertEquals(ANSWER, heard.toString());
      model.next();
    }
    model.then(REPEATS);
    JsonNode completion =
        ana.post(
            "/v1/chat/completions",
            Map.of(
                "model",
                "openai/test",
                "messages",
                List.of(
                    Map.of("role", "system", "content", "A cliente é " + MAIL),
                    Map.of("role", "user", "content", SAID))));
    assertEquals(ANSWER, completion.at("/choices/0/message/content").asText());
    assertFalse(model.next().json().toString().contains(MAIL));
    assertEquals(0, rowsWith(MAIL));
  }

  @Test
  void whatAClientsOwnToolIsGivenAndSaysIsSealedToo() throws Exception {
    String other = "111.444.777-35";
    Map<String, Object> question = Map.of("role", "user", "content", SAID);
    Map<String, Object> tool =
        Map.of(
            "type",
            "function",
            "function",
            Map.of("name", "balance", "parameters", Map.of("type", "object")));
    model.forget();
    model.then(
        Behaviour.calling("call_1", "balance", "{\"of\":\"[CPF_1]\"}"),
        Behaviour.saying("De [CPF_1], como de [CPF_2]."));
    JsonNode called =
        ana.post(
                "/v1/chat/completions",
                Map.of(
                    "model", "openai/test", "messages", List.of(question), "tools", List.of(tool)))
            .at("/choices/0/message");
    assertEquals(
        "{\"of\":\"" + CPF + "\"}", called.at("/tool_calls/0/function/arguments").asText());
    String asked = model.next().json().toString();
    assertFalse(asked.contains(CPF), asked);

    JsonNode answer =
        ana.post(
            "/v1/chat/completions",
            Map.of(
                "model",
                "openai/test",
                "tools",
                List.of(tool),
                "messages",
                List.of(
                    question,
                    Json.map(called),
                    Map.of(
                        "role",
                        "tool",
                        "tool_call_id",
                        called.at("/tool_calls/0/id").asText(),
                        "content",
                        "o saldo de " + CPF + " é 10, como o de " + other))));
    String told = model.next().json().toString();
    assertTrue(told.contains("o saldo de [CPF_1] é 10, como o de [CPF_2]"), told);
    assertFalse(told.contains(CPF) || told.contains(other) || told.contains(MAIL), told);
    assertEquals(
        "De " + CPF + ", como de " + other + ".", answer.at("/choices/0/message/content").asText());
    assertEquals(0, rowsWith(CPF));
    assertEquals(0, rowsWith(other));
  }

  @Test
  void whatAToolIsGivenIsSealedToo() throws Exception {
    model.then(
        Behaviour.calling(
            "call_1",
            "create_reminder",
            "{\"title\":\"Ligar para [PHONE_1]\",\"scheduled_at\":\"2099-01-01T09:00:00-03:00\"}"),
        Behaviour.saying("Pronto: [PHONE_1]."));
    List<Event> events = say(conversation(), "Lembre-me de ligar para (11) 98765-4321");
    model.next();
    String asked = model.next().json().toString();
    assertFalse(asked.contains("98765"), asked);
    assertTrue(asked.contains("Ligar para [PHONE_1]"), asked);
    assertEquals("Pronto: (11) 98765-4321.", text(events));
    JsonNode reminder = ana.get("/v1/reminders").get("data").get(0);
    assertEquals("Ligar para (11) 98765-4321", reminder.get("title").asText());
    assertEquals(0, rowsWith("98765-4321"));
  }

  @Test
  void whatComesOverTheApiIsSealedToo() throws Exception {
    String phone = "(11) 98765-1234";
    JsonNode conversation =
        ana.post(
            "/v1/conversations",
            Map.of(
                "title", "Com " + MAIL, "metadata", Map.of("a", List.of(Map.of("b", "É " + CPF)))));
    assertEquals("Com " + MAIL, conversation.get("title").asText());
    assertEquals("É " + CPF, conversation.at("/metadata/a/0/b").asText());
    assertEquals(
        Json.read("{\"cpf\":1,\"email\":1}"), conversation.at("/metadata/personal_data/found"));
    String path = "/v1/conversations/" + conversation.get("id").asText();
    assertEquals(
        "CPF " + CPF, ana.patch(path, Map.of("title", "CPF " + CPF)).get("title").asText());

    JsonNode reminder =
        ana.post(
            "/v1/reminders",
            Map.of(
                "title",
                "Ligar para " + phone,
                "description",
                "ou " + MAIL,
                "metadata",
                Map.of("who", CPF),
                "scheduled_at",
                "2099-01-01T09:00:00-03:00"));
    assertEquals("Ligar para " + phone, reminder.get("title").asText());
    assertEquals("ou " + MAIL, reminder.get("description").asText());
    assertEquals(CPF, reminder.at("/metadata/who").asText());
    assertEquals(
        Json.read("{\"cpf\":1,\"email\":1,\"phone\":1}"),
        reminder.at("/metadata/personal_data/found"));
    JsonNode changed =
        ana.patch(
            "/v1/reminders/" + reminder.get("id").asText(), Map.of("description", "de " + CPF));
    assertEquals("Ligar para " + phone, changed.get("title").asText());
    assertEquals("de " + CPF, changed.get("description").asText());
    // What its title holds stays noted when something else changes, and what comes is noted too.
    String one = "/v1/reminders/" + reminder.get("id").asText();
    JsonNode noted = ana.patch(one, Map.of("metadata", Map.of("who", "ninguém")));
    assertEquals("ninguém", noted.at("/metadata/who").asText());
    assertEquals(
        Json.read("{\"cpf\":1,\"email\":1,\"phone\":1}"),
        noted.at("/metadata/personal_data/found"));
    JsonNode plain =
        ana.post(
            "/v1/reminders", Map.of("title", "Ligar", "scheduled_at", "2099-01-01T09:00:00-03:00"));
    assertFalse(plain.get("metadata").has("personal_data"), plain.toString());
    JsonNode called =
        ana.patch("/v1/reminders/" + plain.get("id").asText(), Map.of("title", "É " + CPF));
    assertEquals(Json.read("{\"cpf\":1}"), called.at("/metadata/personal_data/found"));

    assertEquals(0, rowsWith(CPF));
    assertEquals(0, rowsWith(MAIL));
    assertEquals(0, rowsWith("98765-1234"));
  }

  @Test
  void whatDevicesReportIsSealedToo() throws Exception {
    model.then(
        Behaviour.calling(
            "call_1",
            "iot_control",
            "{\"name\":\"turn_on\",\"device\":\"phone\",\"location\":\"[EMAIL_1]\"}"),
        Behaviour.saying("Feito."));
    say(conversation(), "Liga o telefone de " + MAIL);
    model.next();
    model.next();
    JsonNode action = ana.get("/v1/actions").get("data").get(0);
    assertTrue(action.get("parameters").toString().contains(MAIL), action.toString());
    JsonNode reported =
        ana.post(
            "/v1/actions/" + action.get("id").asText() + "/result",
            Map.of("status", "success", "result", Map.of("lines", List.of("De " + CPF))));
    assertEquals("De " + CPF, reported.at("/result/lines/0").asText());
    assertEquals(0, rowsWith(CPF));
    assertEquals(0, rowsWith(MAIL));
  }

  @Test
  void whatIsSealedIsFoundByItsUser() throws Exception {
    String conversation = conversation();
    model.then(REPEATS);
    say(conversation, SAID);
    model.next();
    JsonNode hits =
        ana.post("/v1/messages/search", Map.of("query", MAIL, "mode", "text")).get("hits");
    assertTrue(hits.findValuesAsText("text").contains(SAID), hits.toString());
  }

  private static void documents(String policy) {
    assertEquals(
        policy,
        ana.patch(
                "/v1/tenants/" + tenant + "/privacy", Map.of("personal_data_in_documents", policy))
            .get("personal_data_in_documents")
            .asText());
  }

  private static String collection() {
    Map<String, String> wanted = Map.of("name", "C" + Ids.next(), "scope", "tenant");
    return ana.post("/v1/collections", wanted).get("id").asText();
  }

  private static JsonNode upload(String collection, String content) {
    return ana.post(
        "/v1/collections/" + collection + "/documents",
        Map.of(
            "title",
            "Contatos de " + MAIL,
            "content",
            content,
            "metadata",
            Map.of("who", CPF),
            "on_duplicate",
            "keep"));
  }

  private static String chunks(String document) {
    return ana.get("/v1/documents/" + document + "/chunks").toString();
  }

  @Test
  void whatDocumentsSayIsKeptUnlessTheTenantSaysOtherwise() throws Exception {
    JsonNode document = upload(collection(), "A prefeitura atende em (11) 3333-4567.");
    String id = document.get("id").asText();
    assertTrue(chunks(id).contains("(11) 3333-4567"), chunks(id));
    assertEquals(Json.tree(Map.of("who", CPF)), document.get("metadata"));
    send("DELETE", "/v1/documents/" + id);
  }

  @Test
  void whatDocumentsSayIsMaskedWhereTheTenantSaysSo() throws Exception {
    documents("mask");
    try {
      String table = "| Nome | CPF |\n| --- | --- |\n| Ana | " + CPF + " |\n";
      String content = "# De " + MAIL + "\n\nAtende em (11) 3333-4567.\n\n" + table;
      JsonNode document = upload(collection(), content);
      String id = document.get("id").asText();
      assertEquals("Contatos de [email]", document.get("title").asText());
      assertEquals("[cpf]", document.at("/metadata/who").asText());
      assertEquals(
          Json.read("{\"policy\":\"mask\",\"found\":{\"cpf\":2,\"email\":3,\"phone\":1}}"),
          document.at("/metadata/personal_data"));
      String chunks = chunks(id);
      assertTrue(
          chunks.contains("Atende em [phone].") && chunks.contains("| Ana | [cpf] |"), chunks);
      // Whoever may write there has the original; others have not.
      assertEquals(content, send("GET", "/v1/documents/" + id + "/file"));
      assertEquals(403, asMember("/v1/documents/" + id + "/file"));
      assertEquals(200, asMember("/v1/documents/" + id + "/chunks"));
      assertEquals(0, rowsWith(CPF));
      assertEquals(0, rowsWith("3333-4567"));
    } finally {
      documents("keep");
    }
  }

  @Test
  void aLargeDocumentIsMaskedByItsJob() throws Exception {
    documents("mask");
    try {
      String collection = collection();
      upload(collection, "Uma linha.\n\n".repeat(300) + "O CPF é " + CPF + ".");
      Await.until(
          "it is indexed",
          () ->
              ana.get("/v1/collections/" + collection + "/documents")
                  .at("/data/0/status")
                  .asText()
                  .equals("indexed"),
          Duration.ofSeconds(30));
      JsonNode document = ana.get("/v1/collections/" + collection + "/documents").at("/data/0");
      assertEquals("Contatos de [email]", document.get("title").asText());
      assertEquals(1, document.at("/metadata/personal_data/found/cpf").asInt());
      assertEquals(0, rowsWith(CPF));
      assertEquals(0, rowsWith(MAIL));
    } finally {
      documents("keep");
    }
  }

  @Test
  void aDocumentWithPersonalDataIsRefusedWhereTheTenantSaysSo() throws Exception {
    documents("refuse");
    try {
      String path = "/v1/collections/" + collection() + "/documents";
      var answer = ana.tryPost(path, Map.of("title", "Lista", "content", "O CPF é " + CPF));
      assertEquals(400, answer.statusCode(), answer.body());
      assertEquals("content", Json.read(answer.body()).at("/errors/0/field").asText());
      assertFalse(answer.body().contains(CPF));
      assertEquals(
          201, ana.tryPost(path, Map.of("title", "Lista", "content", "Sem nada")).statusCode());
      assertEquals(0, rowsWith(CPF));
    } finally {
      documents("keep");
    }
  }

  private static int asMember(String path) throws Exception {
    String email = "m" + Ids.next() + "@example.org";
    ana.post(
        "/v1/users",
        Map.of("email", email, "name", "M", "role", "member", "password", "a password of one's"));
    String token = ApiClient.signIn(app.url(), email, "a password of one's").token();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create(app.url() + path))
                  .header("Authorization", "Bearer " + token)
                  .build(),
              BodyHandlers.ofString())
          .statusCode();
    }
  }

  @Test
  void ofAnAnswerThatIsInterruptedIsKeptWhatWasHeard() throws Exception {
    String conversation = conversation();
    try (WireClient socket =
        WireClient.connected(URI.create(app.url()).getPort(), ana.token()).pongs()) {
      socket.send("{\"id\":2,\"subscribe\":{\"channel\":\"conversation:" + conversation + "\"}}");
      socket.next();
      model.then(Behaviour.silence());
      String turn =
          ana.post(
                  "/v1/conversations/" + conversation + "/turns",
                  Map.of("content", SAID, "client_message_id", Ids.next().toString()))
              .get("turn_id")
              .asText();
      FakeModelServer.Asked asked = model.next();
      asked.say("Anotei: [CPF_1] e [EMAIL_1]. ", "E mais.");
      StringBuilder heard = new StringBuilder();
      while (heard.indexOf("mais.") < 0) {
        heard.append(socket.next().at("/push/pub/data/text").asText());
      }
      String kept = "Anotei: " + CPF + " e ana.s";
      ana.post("/v1/turns/" + turn + "/cancel", Map.of("spoken_chars", kept.length()));
      JsonNode data = socket.next().at("/push/pub/data");
      while (!data.path("type").asText().equals("turn.cancelled")) {
        data = socket.next().at("/push/pub/data");
      }
      assertEquals(kept, data.at("/message/content").asText());
      assertEquals(kept, messages(conversation).getLast().get("content").asText());
      assertEquals(0, rowsWith("ana.s"));
    }
  }

  @Test
  void maskedForGood() throws Exception {
    policy("mask");
    String conversation = conversation();
    model.then(Behaviour.saying("Entendi: [cpf]."));
    assertEquals("Entendi: [cpf].", text(say(conversation, SAID)));
    assertTrue(model.next().json().toString().contains("Meu CPF é [cpf] e meu e-mail [email]"));
    assertEquals(
        "Meu CPF é [cpf] e meu e-mail [email], anote.",
        messages(conversation).getFirst().get("content").asText());
    assertEquals(0, rowsWith(CPF));
  }

  @Test
  void keptWhereTheTenantSaysSoOrTheUserAgrees() throws Exception {
    policy("keep");
    model.always(Behaviour.saying("ok"));
    say(conversation(), SAID);
    assertTrue(model.next().json().toString().contains(CPF));

    policy("mask");
    JsonNode consent = ana.post("/v1/me/consents", Map.of("purpose", "personal_data"));
    assertEquals(consent, ana.post("/v1/me/consents", Map.of("purpose", "personal_data")));
    String conversation = conversation();
    say(conversation, SAID);
    assertTrue(model.next().json().toString().contains(CPF));
    assertEquals(
        "keep", messages(conversation).getFirst().at("/metadata/personal_data/policy").asText());

    JsonNode revoked = Json.read(send("DELETE", "/v1/me/consents/" + consent.get("id").asText()));
    assertFalse(revoked.get("revoked_at").isNull());
    say(conversation(), SAID);
    assertFalse(model.next().json().toString().contains(CPF));
    assertEquals(revoked, ana.get("/v1/me/consents").get("data").get(0));
    // So that the other tests find none of it.
    try (Connection owner = app.database().owner();
        Statement statement = owner.createStatement()) {
      statement.execute("TRUNCATE message, event, conversation, turn CASCADE");
    }
  }
}
