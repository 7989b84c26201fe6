package dev.mordomo.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where URLs that somebody else chose lead, and where they do not. */
class OutboundTest {
  private final Vertx vertx = Vertx.vertx();
  private final List<String> hosts = new CopyOnWriteArrayList<>();
  private final Promise<Void> letGo = Promise.promise();
  private HttpServer server;
  private int port;

  @BeforeEach
  void open() {
    server =
        vertx
            .createHttpServer()
            .requestHandler(request -> {
              hosts.add(request.getHeader("Host"));
              switch (request.path()) {
                case "/moved" ->
                    request
                        .response()
                        .setStatusCode(302)
                        .putHeader("Location", "/secret")
                        .end("moved");
                case "/long" -> request.response().end("x".repeat(10_000));
                case "/never" -> {
                  // No answer.
                }
                case "/drip" -> {
                  request.connection().closeHandler(ignored -> letGo.complete());
                  request.response().setChunked(true);
                  vertx.setPeriodic(100, ignored -> request.response().write("."));
                }
                default -> request.response().end("inside " + request.uri());
              }
            })
            .listen(0, "127.0.0.1")
            .await();
    port = server.actualPort();
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private static InetAddress address(String text) {
    return InetAddress.ofLiteral(text);
  }

  @Test
  void addressesThatNotEverybodyCanReachAreRefused() {
    for (String refused :
        List.of(
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "100::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::",
            "3fff::1")) {
      assertFalse(OutboundGuard.isGlobal(address(refused)), refused);
    }
    for (String global :
        List.of(
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.255.255",
            "172.32.0.1",
            "198.17.255.255",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450:4001::1",
            "2002:808:808::")) {
      assertTrue(OutboundGuard.isGlobal(address(global)), global);
    }
  }

  private static OutboundGuard guard(String... addresses) {
    return new OutboundGuard(
        List.of("listed.example.org", "ported.example.org:8443"),
        host -> {
          if (addresses.length == 0) {
            throw new UnknownHostException(host);
          }
          List<InetAddress> all = new ArrayList<>();
          for (String text : addresses) {
            all.add(address(text));
          }
          return all.toArray(InetAddress[]::new);
        });
  }

  private static void refused(OutboundGuard guard, String url) {
    Failure failure = assertThrows(Failure.class, () -> guard.check("url", url), url);
    assertEquals(FailureCode.INVALID, failure.code());
    assertEquals("url", failure.errors().getFirst().field());
  }

  @Test
  void aNameThatLeadsInsideIsRefusedWhateverItIs() {
    for (String inside : List.of("127.0.0.1", "10.0.0.1", "169.254.169.254", "fd00::1")) {
      refused(guard(inside), "https://example.org/hook");
      refused(guard("1.1.1.1", inside), "https://example.org/hook");
    }
    refused(guard(), "https://example.org/hook");
    assertEquals(
        "1.1.1.1", guard("1.1.1.1").check("url", "https://example.org").address().getHostAddress());
  }

  @Test
  void addressesInAnyWritingAreRefused() {
    OutboundGuard real = new OutboundGuard(List.of());
    for (String host :
        List.of("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0")) {
      refused(real, "https://" + host + "/");
    }
  }

  @Test
  void onlyHttpsAndNothingHiddenInTheUrl() {
    OutboundGuard open = guard("1.1.1.1");
    for (String url :
        List.of(
            "http://example.org/",
            "ftp://example.org/",
            "file:///etc/passwd",
            "https:///nowhere",
            "https://user:password@example.org/",
            "https://example.org/#part",
            "https://example.org:0/",
            "https://example.org:70000/",
            "example.org",
            "",
            "https://example.org/" + "x".repeat(2048))) {
      refused(open, url);
    }
  }

  @Test
  void whatIsListedMayBePrivateAndPlain() {
    OutboundGuard inside = guard("10.0.0.7");
    assertEquals(80, inside.check("url", "http://listed.example.org/x").port());
    assertEquals(443, inside.check("url", "https://LISTED.example.org/x").port());
    assertEquals(8443, inside.check("url", "https://ported.example.org:8443/").port());
    refused(inside, "https://ported.example.org:8444/");
    refused(inside, "https://other.example.org/");
  }

  @Test
  void othersAreSentOverHttpsOrToWhatIsListedAndItsHostNeedNotBeKnown() {
    OutboundGuard offline = guard();
    offline.checkForOthers("url", "https://elsewhere.example.org/a?b=c");
    offline.checkForOthers("url", "http://listed.example.org/");
    offline.checkForOthers("url", "http://ported.example.org:8443/");
    for (String bad :
        List.of(
            "http://elsewhere.example.org/",
            "http://ported.example.org/",
            "javascript:alert(1)",
            "//elsewhere.example.org",
            "")) {
      assertEquals(
          FailureCode.INVALID,
          assertThrows(Failure.class, () -> offline.checkForOthers("url", bad), bad).code());
    }
  }

  private Outbound outbound(OutboundGuard guard) {
    return new Outbound(vertx, new OutboundConfig(List.of(), Duration.ofSeconds(2), 5_000), guard);
  }

  /** The name server's second answer is another one: it is not asked again. */
  @Test
  void theAddressThatWasLookedAtIsTheOneThatIsCalled() {
    List<String> questions = new CopyOnWriteArrayList<>();
    OutboundGuard guard =
        new OutboundGuard(
            List.of("rebound.invalid"),
            host -> {
              questions.add(host);
              return new InetAddress[] {address("127.0.0.1")};
            });
    Outbound outbound = outbound(guard);
    // The real name server knows no .invalid: had it been asked, there would be no answer.
    Outbound.Reply reply =
        outbound.get("url", "http://rebound.invalid:" + port + "/a?b=c", Map.of());
    assertEquals(new Outbound.Reply(200, "inside /a?b=c"), reply);
    assertEquals(List.of("rebound.invalid"), questions);
    assertEquals(List.of("rebound.invalid:" + port), hosts);
    outbound.close();
  }

  @Test
  void aRedirectIsNotFollowedAndLengthAndTimeAreBounded() {
    Outbound outbound = outbound(new OutboundGuard(List.of("127.0.0.1")));
    String here = "http://127.0.0.1:" + port;
    assertEquals(new Outbound.Reply(302, "moved"), outbound.get("url", here + "/moved", Map.of()));
    assertEquals(
        FailureCode.UNAVAILABLE,
        assertThrows(Failure.class, () -> outbound.get("url", here + "/long", Map.of())).code());
    assertEquals(
        FailureCode.UNAVAILABLE,
        assertThrows(Failure.class, () -> outbound.get("url", here + "/never", Map.of())).code());
    outbound.close();
  }

  @Test
  void aServerThatDripsIsLetGo() throws Exception {
    Outbound outbound = outbound(new OutboundGuard(List.of("127.0.0.1")));
    String url = "http://127.0.0.1:" + port + "/drip";
    Failure failure = assertThrows(Failure.class, () -> outbound.get("url", url, Map.of()));
    assertEquals(FailureCode.UNAVAILABLE, failure.code());
    letGo.future().await(10, TimeUnit.SECONDS);
    outbound.close();
  }

  @Test
  void aRefusedUrlIsNeverCalled() {
    Outbound outbound = outbound(new OutboundGuard(List.of()));
    Failure failure =
        assertThrows(
            Failure.class, () -> outbound.get("url", "https://127.0.0.1:" + port, Map.of()));
    assertEquals(FailureCode.INVALID, failure.code());
    assertFalse(failure.detail().contains("127.0.0.1"), failure.detail());
    assertEquals(List.of(), hosts);
    outbound.close();
  }
}
