package dev.mordomo.gateway;

import dev.mordomo.kernel.Settings;
import java.time.Duration;
import java.util.List;

/**
 * @param port 0: any free one
 * @param instances how many verticles share the port
 * @param origins of browsers that may call from another host, {@code https://app.example.org};
 *     {@code *} for all
 * @param bodyBytes the largest JSON body
 * @param uploadBytes the largest uploaded file
 * @param frameBytes the largest WebSocket message
 * @param queuedBytes how much may wait for a slow client before it is closed
 * @param ping the time between two pings of a socket
 * @param expiryGrace how long a socket outlives its token
 * @param proxies by whom clients' addresses are told
 */
public record GatewayConfig(
    String host,
    int port,
    int instances,
    List<String> origins,
    int bodyBytes,
    long uploadBytes,
    int frameBytes,
    int queuedBytes,
    Duration ping,
    Duration expiryGrace,
    int socketsPerUser,
    Proxies proxies) {
  private static final int KIB = 1024;
  private static final String PORT = "gateway.port";

  public GatewayConfig {
    origins = List.copyOf(origins);
  }

  public static GatewayConfig from(Settings settings) {
    return new GatewayConfig(
        settings.text("gateway.host", "127.0.0.1"),
        port(settings),
        settings.integer("gateway.instances", 4, 1, 64),
        settings.list("gateway.cors_origins"),
        settings.integer("limits.body_bytes", KIB * KIB, KIB, 64 * KIB * KIB),
        settings.longInteger("limits.upload_bytes", 50L * KIB * KIB, KIB, 2048L * KIB * KIB),
        settings.integer("limits.frame_bytes", 256 * KIB, KIB, 16 * KIB * KIB),
        settings.integer("limits.queued_bytes", KIB * KIB, KIB, 256 * KIB * KIB),
        Duration.ofSeconds(settings.integer("limits.ping_seconds", 25, 1, 3600)),
        settings.duration("gateway.expiry_grace", Duration.ofSeconds(10)),
        settings.integer("limits.sockets_per_user", 20, 1, 1_000_000),
        Proxies.from(settings));
  }

  /** PORT, as others set it, before the file's; the setting's own variable before both. */
  private static int port(Settings settings) {
    int port = settings.integer(PORT, 8080, 0, 65_535);
    return settings.origin(PORT).startsWith("MORDOMO_")
        ? port
        : settings.variable("PORT").map(v -> port(settings, v)).orElse(port);
  }

  private static int port(Settings settings, String value) {
    try {
      int port = Integer.parseInt(value);
      if (port >= 0 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    return settings.wrong("PORT", value, "a port from 0 to 65535", 8080);
  }

  /** Whether a browser's {@code Origin} may call a server that it knows as {@code host}. */
  public boolean mayCall(String origin, String host) {
    int scheme = origin.indexOf("://");
    boolean same = scheme > 0 && origin.substring(scheme + 3).equalsIgnoreCase(host);
    return same || allows(origin);
  }

  /** Whether pages of this origin may read answers. */
  public boolean allows(String origin) {
    return origins.contains("*") || origins.contains(origin);
  }
}
