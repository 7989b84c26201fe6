package dev.mordomo.gateway.http;

import static dev.mordomo.gateway.http.TestGateway.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.gateway.Fields;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import io.vertx.core.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HttpGatewayTest {
  private static final AtomicInteger MADE = new AtomicInteger();
  private static final CountDownLatch ENTERED = new CountDownLatch(1);
  private static final Promise<Void> MAY_LEAVE = Promise.promise();
  private static TestGateway gateway;
  private static Scope member;

  @BeforeAll
  static void open() {
    gateway =
        new TestGateway(
            Map.of(
                "limits.body_bytes", "4096",
                "limits.upload_bytes", "100000",
                "gateway.cors_origins", "https://app.example.org"),
            List.of(
                Route.post("/v1/things", Access.USER, HttpGatewayTest::make).finding(),
                Route.get("/v1/things/:id", Access.USER, e -> Answer.ok(e.id("id", "the thing"))),
                Route.get("/v1/list", Access.USER, e -> Answer.ok(e.query().text("q"))),
                Route.get("/v1/admin", Access.ADMIN, e -> Answer.done()),
                Route.post("/v1/slow", Access.USER, HttpGatewayTest::slow).finding(),
                Route.post("/v1/files", Access.USER, HttpGatewayTest::receive).uploading(),
                Route.get("/v1/boom", Access.ANYONE, HttpGatewayTest::boom)));
    member = gateway.user("member");
  }

  @AfterAll
  static void close() {
    gateway.close();
  }

  private static Answer make(Exchange exchange) {
    Fields fields = exchange.fields();
    String name = fields.text("name", 1, 10);
    fields.integer("count", 1, 5);
    fields.object("inner").ifPresent(inner -> inner.id("id"));
    fields.verify();
    return Answer.created(Map.of("name", name, "number", MADE.incrementAndGet()));
  }

  private static Answer slow(Exchange exchange) {
    ENTERED.countDown();
    MAY_LEAVE.future().await();
    return Answer.created(Map.of());
  }

  private static Answer receive(Exchange exchange) {
    Upload upload = exchange.upload().orElseThrow();
    try {
      return Answer.ok(
          Map.of(
              "size", Files.size(upload.file()),
              "name", upload.name(),
              "path", upload.file().toString(),
              "sha256", upload.sha256(),
              "title", upload.fields().getOrDefault("title", "")));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Answer boom(Exchange exchange) {
    throw new IllegalStateException("secret of the house");
  }

  private static JsonNode problem(int status, String code, HttpResponse<String> response) {
    assertEquals(status, response.statusCode(), response.body());
    assertEquals(
        "application/problem+json", response.headers().firstValue("Content-Type").orElse(""));
    JsonNode body = Json.read(response.body());
    assertEquals(code, body.get("code").asText());
    assertEquals(status, body.get("status").asInt());
    assertEquals(
        response.headers().firstValue("X-Request-Id").orElse(""), body.get("request_id").asText());
    return body;
  }

  @Test
  void everyWrongFieldIsNamed() {
    var response =
        gateway.send(
            json(
                gateway.as(member, "/v1/things"),
                "{\"name\":7,\"count\":9,\"inner\":{\"id\":\"x\"}}"));
    JsonNode problem = problem(400, "invalid", response);
    assertEquals(
        List.of("name", "count", "inner.id"), problem.get("errors").findValuesAsText("field"));
  }

  @Test
  void aSlashAtTheEndIsTheSameAddress() {
    problem(400, "invalid", gateway.send(json(gateway.as(member, "/v1/things/"), "{\"name\":7}")));
    var allowed = gateway.send(gateway.as(member, "/v1/things/").GET());
    problem(405, "method_not_allowed", allowed);
    assertEquals("OPTIONS, POST", allowed.headers().firstValue("Allow").orElse(""));
  }

  @Test
  void aQueryThatIsNotEncodedIsMalformed() throws IOException {
    String head =
        "GET /v1/list?q=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
            + TestGateway.token(member)
            + "\r\n\r\n";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
      assertTrue(answer.contains("\"code\":\"malformed\""), answer);
    }
  }

  @Test
  void whatIsNotJsonIsToldInWordsOfJson() {
    String deep = "[".repeat(200) + "]".repeat(200);
    for (String body : List.of("{} {}", "{", deep, "{\"count\":" + "9".repeat(2000) + "}")) {
      String detail =
          problem(400, "malformed", gateway.send(json(gateway.as(member, "/v1/things"), body)))
              .get("detail")
              .asText();
      assertTrue(detail.startsWith("not JSON"), detail);
      assertFalse(
          detail.contains("fasterxml") || detail.contains("Stream") || detail.contains("Source"),
          detail);
    }
  }

  @Test
  void whatIsNotJsonIsMalformed() {
    for (String body : List.of("{", "nonsense", "{\"a\":1,\"a\":2}", "{} {}", "[".repeat(2000))) {
      problem(400, "malformed", gateway.send(json(gateway.as(member, "/v1/things"), body)));
    }
    byte[] latin = "{\"name\":\"ã\"}".getBytes(StandardCharsets.ISO_8859_1);
    problem(
        400,
        "malformed",
        gateway.send(
            gateway
                .as(member, "/v1/things")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(latin))));
    problem(400, "invalid", gateway.send(json(gateway.as(member, "/v1/things"), "[]")));
    problem(
        400,
        "invalid",
        gateway.send(json(gateway.as(member, "/v1/things"), "{\"name\":\"a\\u0000\"}")));
  }

  @Test
  void bodiesHaveALimitAndAType() {
    String large = "{\"name\":\"" + "x".repeat(5000) + "\"}";
    problem(413, "too_large", gateway.send(json(gateway.as(member, "/v1/things"), large)));
    HttpRequest.Builder chunked =
        gateway
            .as(member, "/v1/things")
            .header("Content-Type", "application/json")
            .POST(
                BodyPublishers.ofInputStream(() ->
                    new java.io.ByteArrayInputStream(large.getBytes(StandardCharsets.UTF_8))));
    problem(413, "too_large", gateway.send(chunked));
    problem(
        415,
        "unsupported_media_type",
        gateway.send(
            gateway
                .as(member, "/v1/things")
                .header("Content-Type", "text/xml")
                .POST(BodyPublishers.ofString("<a/>"))));
  }

  @Test
  void addressesAndMethodsThatAreNotServed() {
    problem(404, "not_found", gateway.send(gateway.request("/v1/nothing")));
    problem(404, "not_found", gateway.send(gateway.request("/../secret.html")));
    problem(404, "not_found", gateway.send(gateway.request("/%2e%2e/conf/mordomo.yaml")));
    problem(404, "not_found", gateway.send(json(gateway.request("/v1/nothing"), "{}")));
    var response = gateway.send(gateway.as(member, "/v1/things").DELETE());
    problem(405, "method_not_allowed", response);
    assertEquals("OPTIONS, POST", response.headers().firstValue("Allow").orElse(""));
    problem(404, "not_found", gateway.send(gateway.as(member, "/v1/things/not-an-id")));
    problem(404, "not_found", gateway.send(gateway.as(member, "/v1/things/:id")));
  }

  @Test
  void whoMayNot() {
    var nobody = gateway.send(gateway.request("/v1/admin"));
    problem(401, "unauthenticated", nobody);
    assertEquals("Bearer", nobody.headers().firstValue("WWW-Authenticate").orElse(""));
    problem(
        401,
        "unauthenticated",
        gateway.send(gateway.request("/v1/admin").header("Authorization", "Basic eDp5")));
    problem(
        401,
        "token_expired",
        gateway.send(gateway.request("/v1/admin").header("Authorization", "Bearer expired")));
    problem(403, "forbidden", gateway.send(gateway.as(member, "/v1/admin")));
    assertEquals(204, gateway.send(gateway.as(gateway.user("admin"), "/v1/admin")).statusCode());
  }

  @Test
  void nothingOfAnUnknownFailureIsTold() {
    var response = gateway.send(gateway.request("/v1/boom").header("X-Request-Id", "mine-1"));
    problem(500, "internal", response);
    assertFalse(response.body().contains("secret"));
    assertEquals("mine-1", response.headers().firstValue("X-Request-Id").orElse(""));
    var odd = gateway.send(gateway.request("/v1/boom").header("X-Request-Id", "a b<c"));
    assertNotEquals("a b<c", odd.headers().firstValue("X-Request-Id").orElse(""));
  }

  @Test
  void aKeyRepeatsTheFirstAnswer() {
    var first = made("key-1", "{\"name\":\"a\"}");
    assertEquals(201, first.statusCode());
    var again = made("key-1", "{\"name\":\"a\"}");
    assertEquals(first.body(), again.body());
    assertEquals("true", again.headers().firstValue("Idempotent-Replayed").orElse(""));
    problem(422, "idempotency_mismatch", made("key-1", "{\"name\":\"b\"}"));

    problem(400, "invalid", made("key-2", "{}"));
    assertEquals(201, made("key-2", "{\"name\":\"a\"}").statusCode(), "a failure is forgotten");

    gateway.clock.now = TestGateway.NOW.plus(Duration.ofHours(25));
    assertNotEquals(first.body(), made("key-1", "{\"name\":\"a\"}").body());
    gateway.clock.now = TestGateway.NOW;

    Scope other = gateway.user("member");
    var others =
        gateway.send(
            json(
                gateway.as(other, "/v1/things").header("Idempotency-Key", "key-2"),
                "{\"name\":\"c\"}"));
    assertEquals(201, others.statusCode(), "keys are a user's own");
  }

  private static HttpResponse<String> made(String key, String body) {
    return gateway.send(
        json(gateway.as(member, "/v1/things").header("Idempotency-Key", key), body));
  }

  @Test
  void aKeyWhoseFirstRequestIsUnderWayConflicts() throws InterruptedException {
    Thread first =
        Thread.ofVirtual()
            .start(() ->
                gateway.send(
                    json(gateway.as(member, "/v1/slow").header("Idempotency-Key", "s"), "{}")));
    ENTERED.await();
    var second =
        gateway.send(json(gateway.as(member, "/v1/slow").header("Idempotency-Key", "s"), "{}"));
    MAY_LEAVE.complete();
    problem(409, "conflict", second);
    assertEquals("1", second.headers().firstValue("Retry-After").orElse(""));
    first.join();
  }

  @Test
  void filesAreStreamedHashedAndDeleted() {
    String body = form("name.txt", "hello");
    var response = gateway.send(upload(body));
    assertEquals(200, response.statusCode(), response.body());
    JsonNode seen = Json.read(response.body());
    assertEquals(5, seen.get("size").asInt());
    assertEquals("name.txt", seen.get("name").asText());
    assertEquals("Título", seen.get("title").asText());
    assertTrue(seen.get("sha256").asText().startsWith("2cf24dba"));
    assertFalse(Files.exists(java.nio.file.Path.of(seen.get("path").asText())));

    problem(413, "too_large", gateway.send(upload(form("large.txt", "x".repeat(100_001)))));
    problem(
        400,
        "invalid",
        gateway.send(
            upload(
                "--b\r\nContent-Disposition: form-data; "
                    + "name=\"title\"\r\n\r\nx\r\n--b--\r\n")));
  }

  private static String form(String name, String content) {
    return "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nTítulo\r\n"
        + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
        + name
        + "\"\r\nContent-Type: text/plain\r\n\r\n"
        + content
        + "\r\n--b--\r\n";
  }

  private static HttpRequest.Builder upload(String body) {
    return gateway
        .as(member, "/v1/files")
        .header("Content-Type", "multipart/form-data; boundary=b")
        .POST(BodyPublishers.ofString(body));
  }

  @Test
  void browsersOfOtherOriginsMustBeKnown() {
    var known =
        gateway.send(
            gateway
                .request("/v1/things")
                .header("Origin", "https://app.example.org")
                .method("OPTIONS", BodyPublishers.noBody()));
    assertEquals(204, known.statusCode());
    assertEquals(
        "https://app.example.org",
        known.headers().firstValue("Access-Control-Allow-Origin").orElse(""));
    var unknown =
        gateway.send(gateway.request("/health/live").header("Origin", "https://evil.example"));
    assertTrue(unknown.headers().firstValue("Access-Control-Allow-Origin").isEmpty());
    assertTrue(
        unknown.headers().firstValue("Content-Security-Policy").orElse("").contains("'self'"));
  }

  @Test
  void aPreflightOfAnAllowedOriginIsGrantedTheHeadersThatItAsksFor() {
    String asked = "authorization,content-type,x-stainless-lang,x-stainless-retry-count";
    var granted = preflight("https://app.example.org", asked);
    assertEquals(204, granted.statusCode());
    assertEquals(asked, granted.headers().firstValue("Access-Control-Allow-Headers").orElse(""));
    assertTrue(
        granted.headers().allValues("Vary").toString().contains("Access-Control-Request-Headers"));
    var strange = preflight("https://app.example.org", "x-a, (b)");
    assertFalse(
        strange.headers().firstValue("Access-Control-Allow-Headers").orElse("").contains("("));
    var refused = preflight("https://evil.example", asked);
    assertTrue(refused.headers().firstValue("Access-Control-Allow-Headers").isEmpty());
  }

  private static HttpResponse<String> preflight(String origin, String headers) {
    return gateway.send(
        gateway
            .request("/v1/ws")
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", headers)
            .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
  }

  @Test
  void aSocketsAddressAskedForAsAPageIsAProblemWithACode() {
    var answer = gateway.send(gateway.request("/v1/ws"));
    problem(426, "upgrade_required", answer);
    assertEquals("websocket", answer.headers().firstValue("Upgrade").orElse(""));
  }

  @Test
  void healthAndMetrics() {
    assertEquals(200, gateway.send(gateway.request("/health/live")).statusCode());
    assertEquals(200, gateway.send(gateway.request("/health/ready")).statusCode());
    assertEquals("up 1\n", gateway.send(gateway.request("/metrics")).body());
  }

  @Test
  void bytesThatAreNotHttpCloseTheConnection() throws IOException {
    try (Socket socket = new Socket(java.net.InetAddress.getLoopbackAddress(), gateway.port())) {
      socket.setSoTimeout(5000);
      socket
          .getOutputStream()
          .write("\u0000\u0001nonsense\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(answer.isEmpty() || answer.contains(" 400 "), answer);
    }
    assertEquals(200, gateway.send(gateway.request("/health/live")).statusCode());
  }

  @Test
  void failuresSayWhenToComeBack() {
    Failure failure =
        Failure.of(FailureCode.RATE_LIMITED, "slow down").retryAfter(Duration.ofMillis(1500));
    assertEquals("2", Problem.of(failure, "r").headers().get("Retry-After"));
    // Every 429 does, also one that knows no better.
    for (FailureCode code : FailureCode.values()) {
      boolean told = Problem.of(Failure.of(code, "no"), "r").headers().containsKey("Retry-After");
      assertEquals(code.status() == 429, told, code::wire);
    }
  }
}
