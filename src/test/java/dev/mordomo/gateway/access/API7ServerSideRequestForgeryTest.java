package dev.mordomo.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.mordomo.gateway.access.Caller.Got;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * OWASP API7:2023: URLs that lead inside. Every address and writing is tried in {@code
 * OutboundTest}; here the server itself is asked to call a neighbour that it may not.
 */
class API7ServerSideRequestForgeryTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static final AtomicInteger CALLED = new AtomicInteger();
  private static House house;

  @BeforeAll
  static void open() {
    HttpServer inside =
        VERTX
            .createHttpServer()
            .requestHandler(request -> {
              CALLED.incrementAndGet();
              request.response().end("{}");
            })
            .listen(0, "127.0.0.1")
            .await();
    house =
        new House(
            Map.of("identity.oidc.providers", "inside=http://127.0.0.1:" + inside.actualPort()),
            Map.of("INSIDE_CLIENT_ID", "mordomo"));
  }

  @AfterAll
  static void close() {
    house.close();
    VERTX.close().await();
  }

  @Test
  void anIssuerInsideIsNotCalledUnlessItIsAllowed() {
    Caller nobody = Caller.nobody(house.app.url());
    Got started =
        Attack.call(
            nobody,
            "POST /v1/auth/oidc/start",
            "",
            Map.of(
                "provider",
                "inside",
                "code_challenge",
                "a".repeat(43),
                "redirect_uri",
                house.app.url() + "/"));
    assertEquals(400, started.status(), started.body());
    Got signedIn =
        Attack.call(
            nobody,
            "POST /v1/auth/oidc",
            "",
            Map.of("provider", "inside", "id_token", "eyJhbGciOiJSUzI1NiJ9.e30.AAAA"));
    assertEquals(400, signedIn.status(), signedIn.body());
    assertEquals(0, CALLED.get());
    assertFalse((started.body() + signedIn.body()).contains("127.0.0.1"));
  }

  @Test
  void aPictureIsAnAddressForBrowsersAndOnlyHttps() {
    Caller person = house.person("pictured", house.tenant, "member");
    for (String url :
        new String[] {
          "http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "javascript:alert(1)"
        }) {
      assertEquals(
          400, Attack.call(person, "PATCH /v1/me", "", Map.of("avatar", url)).status(), url);
    }
  }
}
