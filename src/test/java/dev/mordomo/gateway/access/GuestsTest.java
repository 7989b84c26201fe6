package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.ApiClient;
import dev.mordomo.Await;
import dev.mordomo.RunningApp;
import dev.mordomo.gateway.access.Caller.Got;
import dev.mordomo.gateway.socket.WireClient;
import dev.mordomo.kernel.Ids;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who talks without an account, where the tenant allows it. */
class GuestsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static House house;

  @BeforeAll
  static void open() {
    house = new House();
  }

  @AfterAll
  static void close() {
    house.close();
  }

  private static String say(ApiClient api, String words) {
    String conversation = api.post("/v1/conversations", Map.of()).get("id").asText();
    String turn =
        api.post(
                "/v1/conversations/" + conversation + "/turns",
                Map.of("content", words, "client_message_id", words))
            .get("turn_id")
            .asText();
    Await.until(
        "it is answered",
        () -> api.get("/v1/turns/" + turn).get("status").asText().equals("completed"),
        PATIENCE);
    return conversation;
  }

  private static Got claim(Caller caller, String refreshToken) {
    return caller.call(
        Operation.all().stream()
            .filter(o -> o.name().equals("POST /v1/auth/claim"))
            .findFirst()
            .orElseThrow(),
        "",
        name -> Optional.empty(),
        Map.of("refresh_token", refreshToken));
  }

  @Test
  void aGuestReadsThePassagesOfWhatEverybodyMayReadAndNothingElse() {
    ApiClient guest = house.guest().caller().api();
    String global = house.document(house.superuser, "global");
    assertEquals(200, guest.status("GET", "/v1/documents/" + global + "/chunks"));
    assertEquals(403, guest.status("GET", "/v1/documents/" + global));
    assertEquals(403, guest.status("GET", "/v1/documents/" + global + "/file"));
    Caller keeper = house.person("keeps", House.TENANT, "operator");
    for (String scope : List.of("tenant", "user")) {
      String document = house.document(keeper, scope);
      assertEquals(200, keeper.api().status("GET", "/v1/documents/" + document + "/chunks"));
      assertEquals(404, guest.status("GET", "/v1/documents/" + document + "/chunks"), scope);
    }
  }

  @Test
  void aGuestReadsOfTheTenantsPapersWhatTheirOwnAnswersCite() {
    Caller keeper = house.person("shows", House.TENANT, "operator");
    String collection =
        keeper
            .api()
            .post("/v1/collections", Map.of("name", "Towers", "scope", "tenant"))
            .get("id")
            .asText();
    String garden =
        IntStream.range(0, 80)
            .mapToObj("Bed %d of the garden holds roses, and nobody may see it."::formatted)
            .collect(Collectors.joining("\n\n"));
    String document =
        keeper
            .api()
            .post(
                "/v1/collections/" + collection + "/documents",
                Map.of(
                    "title",
                    "Guide",
                    "source",
                    "guide.md",
                    "content",
                    "# Tower\n\nThe tower of Chaves has 311 steps.\n\n# Garden\n\n" + garden))
            .get("id")
            .asText();
    String chunks = "/v1/documents/" + document + "/chunks";
    ApiClient guest = house.guest().caller().api();
    ApiClient other = house.guest().caller().api();
    assertEquals(404, guest.status("GET", chunks), "not asked yet");
    String conversation = say(guest, "How many steps does the tower of Chaves have?");
    say(other, "Good morning");
    JsonNode answer =
        guest.get("/v1/conversations/" + conversation + "/messages").get("data").get(1);
    Set<String> cited = ids(answer.get("references"), "chunk_id");
    assertTrue(answer.get("content").asText().contains("311") && !cited.isEmpty(), "" + answer);
    assertEquals(cited, ids(guest.get(chunks).get("data"), "id"));
    assertTrue(keeper.api().get(chunks).get("data").size() > cited.size(), "and no others");
    assertEquals(0, guest.get(chunks + "?cursor=100000").get("data").size());
    assertEquals(404, other.status("GET", chunks));
    assertEquals(404, other.status("GET", chunks + "?cursor=100000"));
    assertEquals(403, guest.status("GET", "/v1/documents/" + document));
    assertEquals(403, guest.status("GET", "/v1/documents/" + document + "/file"));
    assertEquals(404, house.person("far", house.otherTenant, "admin").api().status("GET", chunks));
  }

  private static Set<String> ids(JsonNode list, String name) {
    Set<String> ids = new HashSet<>();
    list.forEach(one -> ids.add(one.get(name).asText()));
    return ids;
  }

  @Test
  void aGuestTalksAndTheTenantPaysAndNobodyElseSeesIt() {
    House.Guest guest = house.guest();
    House.Guest other = house.guest();
    assertEquals("guest", guest.caller().api().get("/v1/me").get("role").asText());
    assertEquals(House.TENANT, guest.caller().tenantId());
    long before = consumed();
    String conversation = say(guest.caller().api(), "Good morning");
    assertTrue(consumed() > before, "the tenant's quota");
    assertEquals(1, guest.caller().api().get("/v1/conversations").get("data").size());
    assertEquals(0, other.caller().api().get("/v1/conversations").get("data").size());
    for (Caller caller :
        new Caller[] {
          other.caller(), house.person("nosy", House.TENANT, "admin"), house.superuser
        }) {
      Operation get =
          Operation.all().stream()
              .filter(o -> o.name().equals("GET /v1/conversations/{id}"))
              .findFirst()
              .orElseThrow();
      assertEquals(404, caller.call(get, conversation, n -> Optional.empty(), Map.of()).status());
    }
    for (JsonNode user :
        house.superuser.api().get("/v1/users?tenant_id=" + House.TENANT).get("data")) {
      assertTrue(!user.get("role").asText().equals("guest"), "guests are not among the users");
    }
  }

  private static long consumed() {
    return house.superuser.api().get("/v1/tenants/" + House.TENANT).get("tokens_consumed").asLong();
  }

  @Test
  void whoSignsInTakesOverWhatTheySaidAsAGuest() {
    House.Guest guest = house.guest();
    String first = say(guest.caller().api(), "Good morning");
    String second = say(guest.caller().api().with(guest.caller().token()), "Good evening");
    Caller person = house.person("claims", House.TENANT, "member");
    // The same client_message_id, of another user.
    say(person.api(), "Good morning");
    try (WireClient theirs = WireClient.connected(house.port(), guest.caller().token()).pongs()) {
      Got claimed = claim(person, guest.refreshToken());
      assertEquals(200, claimed.status(), claimed.body());
      assertEquals(2, claimed.json().get("conversations").asInt());
      assertEquals(3500, theirs.closeCode(), "the guest is gone");
    }
    for (String conversation : new String[] {first, second}) {
      JsonNode messages =
          person.api().get("/v1/conversations/" + conversation + "/messages").get("data");
      assertEquals(2, messages.size());
    }
    // It goes on where it was: the channel is theirs too.
    try (WireClient socket = WireClient.connected(house.port(), person.token()).pongs()) {
      socket.send("{\"id\":3,\"subscribe\":{\"channel\":\"conversation:" + first + "\"}}");
      assertTrue(socket.next().has("subscribe"));
    }
    say(person.api(), "And on");
    Await.until("the guest's token is refused", () -> me(guest.caller().token()) == 401, PATIENCE);
    assertEquals(401, claim(person, guest.refreshToken()).status(), "once");
  }

  @Test
  void whatWasHiddenInAGuestsWordsIsSeenByWhoTakesThemOver() throws SQLException {
    House.Guest guest = house.guest();
    String words = "O meu CPF é 529.982.247-25, e o e-mail eu@exemplo.com.br.";
    String conversation = say(guest.caller().api(), words);
    Caller person = house.person("hidden", House.TENANT, "member");
    assertEquals(200, claim(person, guest.refreshToken()).status());

    String path = "/v1/conversations/" + conversation;
    assertEquals(words, person.api().get(path).get("title").asText());
    JsonNode messages = person.api().get(path + "/messages").get("data");
    assertEquals(words, messages.get(0).get("content").asText());
    assertEquals(words, started(person, conversation), "in the events as well");
    try (Connection owner = house.app.database().owner();
        Statement statement = owner.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT content FROM message WHERE conversation_id = '"
                    + conversation
                    + "' AND role = 'user'")) {
      assertTrue(rows.next());
      assertTrue(rows.getString(1).matches("O meu CPF é \\[\\[cpf:.*"), rows.getString(1));
    }
  }

  /** What its first event says. */
  private static String started(Caller who, String conversation) {
    try (WireClient socket = WireClient.connected(house.port(), who.token()).pongs()) {
      socket.send(
          "{\"id\":3,\"history\":{\"channel\":\"conversation:"
              + conversation
              + "\",\"limit\":100}}");
      for (JsonNode event : socket.next().at("/history/publications")) {
        if (event.at("/data/type").asText().equals("turn.started")) {
          return event.at("/data/message/content").asText();
        }
      }
      return "";
    }
  }

  private static int me(String token) {
    return Caller.send(
            HttpRequest.newBuilder(URI.create(house.app.url() + "/v1/me"))
                .header("Authorization", "Bearer " + token)
                .build())
        .status();
  }

  @Test
  void nobodyElsesAreClaimed() {
    House.Guest guest = house.guest();
    String conversation = say(guest.caller().api(), "Good morning");
    Caller stranger = house.person("foreign", house.otherTenant, "admin");
    Caller member = house.person("victimised", House.TENANT, "member");
    String membersToken =
        ApiClient.of(house.app.url(), "")
            .post(
                "/v1/auth/token",
                Map.of("email", "victimised@example.org", "password", Caller.PASSWORD))
            .get("refresh_token")
            .asText();
    Got otherTenant = claim(stranger, guest.refreshToken());
    assertEquals(401, otherTenant.status());
    assertEquals(claim(stranger, "no token at all"), otherTenant);
    assertEquals(otherTenant, claim(house.superuser, membersToken), "no guest's");
    assertEquals(otherTenant, claim(member, membersToken), "not even one's own");
    assertEquals(403, claim(guest.caller(), house.guest().refreshToken()).status());
    assertEquals(1, guest.caller().api().get("/v1/conversations").get("data").size());
    guest.caller().api().get("/v1/conversations/" + conversation);
  }

  @Test
  void theRoleIsNotGiven() {
    Map<String, ?> body =
        Map.of("email", Ids.next() + "@example.org", "name", "x", "role", "guest");
    Operation create =
        Operation.all().stream()
            .filter(o -> o.name().equals("POST /v1/users"))
            .findFirst()
            .orElseThrow();
    assertEquals(400, house.superuser.call(create, "", n -> Optional.empty(), body).status());
  }

  @Test
  void withoutATenantForThemNobodyEntersAndManyFromOneAddressAreSlowed() {
    try (House closed = new House(Map.of("identity.anonymous_tenant", ""));
        House slow = new House(Map.of("identity.anonymous_per_minute", "2"))) {
      assertEquals(403, enter(closed).status());
      assertEquals(
          false,
          ApiClient.of(closed.app.url(), "").get("/v1/auth/offered").get("anonymous").asBoolean());
      assertEquals(200, enter(slow).status());
      assertEquals(200, enter(slow).status());
      Got third = enter(slow);
      assertEquals(429, third.status());
      assertTrue(third.headers().containsKey("retry-after"));
      slow.superuser.api().patch("/v1/tenants/" + House.TENANT, Map.of("status", "suspended"));
    }
  }

  @Test
  void aSuspendedTenantTakesNoGuests() {
    try (House suspended = new House()) {
      suspended.superuser.api().patch("/v1/tenants/" + House.TENANT, Map.of("status", "suspended"));
      assertEquals(403, enter(suspended).status());
    }
  }

  private static Got enter(House at) {
    return Caller.send(
        HttpRequest.newBuilder(URI.create(at.app.url() + "/v1/auth/anonymous"))
            .POST(BodyPublishers.noBody())
            .build());
  }

  @Test
  void ownerOfTheServerIsNoGuest() {
    assertEquals(
        "superuser",
        ApiClient.signIn(house.app.url(), RunningApp.EMAIL, RunningApp.PASSWORD)
            .get("/v1/me")
            .get("role")
            .asText());
  }
}
