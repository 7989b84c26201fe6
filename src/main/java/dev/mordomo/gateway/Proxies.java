package dev.mordomo.gateway;

import dev.mordomo.kernel.Settings;
import io.vertx.core.MultiMap;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * From which address a request comes. What a header says is believed only as far as trusted proxies
 * have written it: of the addresses that it lists, the last one that is no trusted proxy's. From
 * anybody else the header says nothing.
 *
 * @param trusted where proxies stand that write the header
 * @param header the one that they write: {@code X-Forwarded-For}, or {@code Forwarded} (RFC 7239)
 */
public record Proxies(List<AddressRange> trusted, String header) {
  private static final String FORWARDED = "forwarded";
  private static final String X_FORWARDED_FOR = "x-forwarded-for";

  /** No proxy is trusted: the peer's address it is. */
  public static final Proxies NONE = new Proxies(List.of(), X_FORWARDED_FOR);

  private static final Pattern FOR =
      Pattern.compile("(?:^|;)\\s*for=(?:\"([^\"]*)\"|([^;\"]*))", Pattern.CASE_INSENSITIVE);
  private static final Pattern WITH_PORT =
      Pattern.compile("\\[([0-9a-fA-F:.]+)\\](?::\\d+)?|(\\d+\\.\\d+\\.\\d+\\.\\d+):\\d+");

  public Proxies {
    trusted = List.copyOf(trusted);
  }

  static Proxies from(Settings settings) {
    List<AddressRange> trusted = new ArrayList<>();
    for (String text : settings.list("gateway.trusted_proxies")) {
      AddressRange.parse(text)
          .ifPresentOrElse(
              trusted::add,
              () ->
                  settings.wrong(
                      "gateway.trusted_proxies", text, "an address or a range as 10.0.0.0/8", ""));
    }
    String header = settings.text("gateway.proxy_header", X_FORWARDED_FOR).toLowerCase(Locale.ROOT);
    return List.of(X_FORWARDED_FOR, FORWARDED).contains(header)
        ? new Proxies(trusted, header)
        : new Proxies(
            trusted,
            settings.wrong(
                "gateway.proxy_header", header, X_FORWARDED_FOR + " or " + FORWARDED, FORWARDED));
  }

  /**
   * @param peer who opened the connection; absent where there is none
   * @return empty where the peer has no address
   */
  public Optional<String> client(SocketAddress peer, MultiMap headers) {
    return Optional.ofNullable(peer)
        .flatMap(address -> Optional.ofNullable(address.hostAddress()))
        .map(address -> trusted.isEmpty() ? address : behind(address, headers.getAll(header)));
  }

  private String behind(String peer, List<String> values) {
    Optional<InetAddress> last = parse(peer).filter(this::isTrusted);
    if (last.isEmpty()) {
      return peer;
    }
    InetAddress nearest = last.get();
    for (String hop : hops(values).reversed()) {
      Optional<InetAddress> address = parse(hop);
      if (address.isEmpty()) {
        // Hidden, or not an address: nobody knows further than this.
        break;
      }
      nearest = address.get();
      if (!isTrusted(nearest)) {
        break;
      }
    }
    return nearest.getHostAddress();
  }

  private boolean isTrusted(InetAddress address) {
    return trusted.stream().anyMatch(range -> range.contains(address));
  }

  /** In the order in which they passed it on. */
  private List<String> hops(List<String> values) {
    return values.stream()
        .flatMap(value -> Arrays.stream(value.split(",", -1)))
        .map(String::strip)
        .map(hop -> header.equals(FORWARDED) ? forwardedFor(hop) : hop)
        .toList();
  }

  private static String forwardedFor(String element) {
    Matcher named = FOR.matcher(element);
    if (!named.find()) {
      return "";
    }
    return Optional.ofNullable(named.group(1)).orElse(named.group(2)).strip();
  }

  private static Optional<InetAddress> parse(String text) {
    Matcher ported = WITH_PORT.matcher(text);
    String address =
        ported.matches() ? Optional.ofNullable(ported.group(1)).orElse(ported.group(2)) : text;
    try {
      return Optional.of(InetAddress.ofLiteral(address));
    } catch (IllegalArgumentException none) {
      return Optional.empty();
    }
  }
}
