package dev.mordomo.gateway.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mordomo.gateway.GatewayConfig;
import dev.mordomo.gateway.socket.SessionClock.Due;
import dev.mordomo.kernel.Settings;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SessionClockTest {
  private static final Instant NOW = Instant.parse("2026-01-31T09:00:00Z");

  private final SessionClock clock =
      new SessionClock(GatewayConfig.from(Settings.of(Map.of(), Map.of())), 100);

  @Test
  void whoDoesNotConnectIsStale() {
    assertEquals(Due.NOTHING, clock.tick(109, NOW));
    assertEquals(Due.STALE, clock.tick(110, NOW));
  }

  @Test
  void pingsComeEvery25SecondsAndWantAPong() {
    clock.connected();
    assertEquals(Due.NOTHING, clock.tick(124, NOW));
    assertEquals(Due.PING, clock.tick(125, NOW));
    clock.pong();
    assertEquals(Due.NOTHING, clock.tick(149, NOW));
    assertEquals(Due.PING, clock.tick(150, NOW));
    assertEquals(Due.NOTHING, clock.tick(157, NOW));
    assertEquals(Due.NO_PONG, clock.tick(158, NOW));
  }
}
