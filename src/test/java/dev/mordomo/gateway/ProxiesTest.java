package dev.mordomo.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Settings;
import io.vertx.core.MultiMap;
import io.vertx.core.net.SocketAddress;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProxiesTest {
  private static Proxies trusting(String header, String ranges) {
    return Proxies.from(
        Settings.of(
            Map.of("gateway.trusted_proxies", ranges, "gateway.proxy_header", header), Map.of()));
  }

  private static String client(Proxies proxies, String peer, String... headers) {
    MultiMap all = MultiMap.caseInsensitiveMultiMap();
    for (String header : headers) {
      all.add(header.split(": ", 2)[0], header.split(": ", 2)[1]);
    }
    return proxies.client(SocketAddress.inetSocketAddress(1234, peer), all).orElseThrow();
  }

  @Test
  void whatAnybodyElseSaysIsIgnored() {
    assertEquals("203.0.113.9", client(Proxies.NONE, "203.0.113.9", "X-Forwarded-For: 8.8.8.8"));
    Proxies proxies = trusting("x-forwarded-for", "10.0.0.0/8");
    assertEquals("203.0.113.9", client(proxies, "203.0.113.9", "X-Forwarded-For: 8.8.8.8"));
    assertEquals("11.0.0.1", client(proxies, "11.0.0.1", "X-Forwarded-For: 8.8.8.8"));
    // The other header is the client's own.
    assertEquals("10.1.1.1", client(proxies, "10.1.1.1", "Forwarded: for=8.8.8.8"));
  }

  @Test
  void theLastAddressThatIsNoProxysCounts() {
    Proxies proxies = trusting("x-forwarded-for", "10.0.0.0/8,2001:db8::/32");
    assertEquals("203.0.113.9", client(proxies, "10.1.1.1", "X-Forwarded-For: 203.0.113.9"));
    // What stands before it was written by the client.
    assertEquals(
        "203.0.113.9",
        client(proxies, "10.1.1.1", "X-Forwarded-For: 127.0.0.1, 203.0.113.9, 10.2.2.2"));
    assertEquals(
        "203.0.113.9",
        client(proxies, "10.1.1.1", "X-Forwarded-For: 8.8.8.8", "X-Forwarded-For: 203.0.113.9"));
    assertEquals("203.0.113.9", client(proxies, "2001:db8::7", "X-Forwarded-For: 203.0.113.9:80"));
    assertEquals("10.9.9.9", client(proxies, "10.1.1.1", "X-Forwarded-For: 10.9.9.9, 10.2.2.2"));
  }

  @Test
  void nobodyKnowsFurtherThanWhatIsNoAddress() {
    Proxies proxies = trusting("x-forwarded-for", "10.0.0.0/8");
    assertEquals("10.1.1.1", client(proxies, "10.1.1.1"));
    assertEquals("10.1.1.1", client(proxies, "10.1.1.1", "X-Forwarded-For: 8.8.8.8, unknown"));
    assertEquals(
        "10.2.2.2", client(proxies, "10.1.1.1", "X-Forwarded-For: evil.example, 10.2.2.2"));
  }

  @Test
  void theHeaderOfTheStandard() {
    Proxies proxies = trusting("Forwarded", "10.0.0.0/8");
    assertEquals(
        "203.0.113.9",
        client(
            proxies,
            "10.1.1.1",
            "Forwarded: for=8.8.8.8;proto=http, by=10.0.0.1; For=\"203.0.113.9:4711\";host=x",
            "Forwarded: for=10.2.2.2"));
    assertEquals(
        "2001:db8:0:0:0:0:0:1", client(proxies, "10.1.1.1", "Forwarded: for=\"[2001:db8::1]:80\""));
    assertEquals("10.1.1.1", client(proxies, "10.1.1.1", "Forwarded: for=8.8.8.8, for=_hidden"));
    assertEquals("10.1.1.1", client(proxies, "10.1.1.1", "X-Forwarded-For: 8.8.8.8"));
  }

  @Test
  void aConnectionWithoutAnAddressHasNone() {
    assertEquals(
        Optional.empty(),
        Proxies.NONE.client(
            SocketAddress.domainSocketAddress("/x"), MultiMap.caseInsensitiveMultiMap()));
  }

  @Test
  void wrongSettingsAreNamed() {
    for (String wrong : new String[] {"10.0.0.0/33", "example.org", "10.0.0.0/-1", "::/129"}) {
      Settings settings = Settings.of(Map.of("gateway.trusted_proxies", wrong), Map.of());
      Proxies.from(settings);
      Failure failure = assertThrows(Failure.class, settings::verify);
      assertEquals(true, failure.toString().contains("gateway.trusted_proxies"), wrong);
    }
  }
}
