package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.gateway.access.Caller.Got;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * OWASP API10:2023: another server that we trust a little answers whatever it likes. Here a
 * provider of identities; model servers are in {@code ModelServerFailureTest}.
 */
class API10UnsafeConsumptionOfAPIsTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static final List<String> ASKED = new CopyOnWriteArrayList<>();
  private static volatile Consumer<HttpServerRequest> answer = request -> {};
  private static House house;
  private static String issuer = "";

  @BeforeAll
  static void open() {
    HttpServer provider =
        VERTX
            .createHttpServer()
            .requestHandler(request -> {
              ASKED.add(request.path());
              answer.accept(request);
            })
            .listen(0, "127.0.0.1")
            .await();
    issuer = "http://127.0.0.1:" + provider.actualPort();
    house =
        new House(
            Map.of(
                "identity.oidc.providers",
                "odd=" + issuer,
                "outbound.allow",
                "127.0.0.1:" + provider.actualPort(),
                "outbound.timeout",
                "2s",
                "outbound.bytes",
                "20000"),
            Map.of("ODD_CLIENT_ID", "mordomo"));
  }

  @AfterAll
  static void close() {
    house.close();
    VERTX.close().await();
  }

  private static Got signIn() {
    return Attack.call(
        Caller.nobody(house.app.url()),
        "POST /v1/auth/oidc",
        "",
        Map.of("provider", "odd", "id_token", "eyJhbGciOiJSUzI1NiJ9.e30.AAAA"));
  }

  private static void refused(String what, Consumer<HttpServerRequest> answers) {
    answer = answers;
    Got got = signIn();
    assertTrue(List.of(400, 401, 503).contains(got.status()), what + " " + got);
    assertFalse(got.body().contains("secret of the provider"), got.body());
  }

  @Test
  void whateverItAnswersNobodyGetsIn() {
    refused("rubbish", r -> r.response().end("<html>secret of the provider"));
    refused("an error", r -> r.response().setStatusCode(500).end("secret of the provider"));
    refused("without end", r -> r.response().end("{\"a\":\"" + "x".repeat(100_000) + "\"}"));
    refused("nothing", r -> {});
    refused("cut off", r -> r.connection().close());
    refused(
        "another issuer", r -> r.response().end("{\"issuer\":\"https://accounts.google.com\"}"));
    refused("another type", r -> r.response().end("{\"issuer\":[1],\"jwks_uri\":{}}"));
    refused("an array", r -> r.response().end("[1,2,3]"));
    refused(
        "keys at an address inside",
        r ->
            r.response()
                .end(
                    "{\"issuer\":\""
                        + issuer
                        + "\",\"jwks_uri\":\"http://169.254.169.254/keys\"}"));
    refused(
        "keys that are none",
        r ->
            r.response()
                .end(
                    r.path().equals("/jwks")
                        ? "{\"keys\":[1,null,{\"kty\":7},{\"kty\":\"RSA\",\"n\":\"!\",\"e\":\"\"}]}"
                        : "{\"issuer\":\"" + issuer + "\",\"jwks_uri\":\"" + issuer + "/jwks\"}"));
  }

  @Test
  void aRedirectOfItsIsNotFollowed() {
    ASKED.clear();
    refused(
        "a redirect",
        r -> r.response().setStatusCode(302).putHeader("Location", issuer + "/elsewhere").end());
    assertFalse(ASKED.contains("/elsewhere"), ASKED.toString());
    assertEquals(1, ASKED.size());
  }
}
