package dev.mordomo.kernel;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Where a URL that was not written by the operator may lead: to an address that the whole internet
 * can reach, over https. Private, loopback and link-local addresses, those of clouds' metadata and
 * all others that the IANA registries do not call global are refused, after the name was resolved;
 * what is then called is the address that was looked at, so that a second answer of the name server
 * changes nothing. Hosts on the list are let through, over http too.
 */
public final class OutboundGuard {
  private static final int LONGEST_URL = 2048;

  /** Not globally reachable: RFC 6890 and its registry; multicast and what is reserved too. */
  private static final List<Network> REFUSED_4 =
      List.of(
          Network.of(0, 0, 0, 0, 8),
          Network.of(10, 0, 0, 0, 8),
          Network.of(100, 64, 0, 0, 10),
          Network.of(127, 0, 0, 0, 8),
          Network.of(169, 254, 0, 0, 16),
          Network.of(172, 16, 0, 0, 12),
          Network.of(192, 0, 0, 0, 24),
          Network.of(192, 0, 2, 0, 24),
          Network.of(192, 88, 99, 0, 24),
          Network.of(192, 168, 0, 0, 16),
          Network.of(198, 18, 0, 0, 15),
          Network.of(198, 51, 100, 0, 24),
          Network.of(203, 0, 113, 0, 24),
          Network.of(224, 0, 0, 0, 3));

  private record Network(int address, int bits) {
    static Network of(int a, int b, int c, int d, int bits) {
      return new Network(a << 24 | b << 16 | c << 8 | d, bits);
    }

    boolean holds(int other) {
      return (address ^ other) >>> (32 - bits) == 0;
    }
  }

  /** Asks a name server. */
  @FunctionalInterface
  public interface Resolver {
    InetAddress[] resolve(String host) throws UnknownHostException;
  }

  /**
   * What may be called.
   *
   * @param host for the certificate and the {@code Host} header
   * @param address to connect to, and no other
   * @param resource path and query
   */
  public record Target(String host, InetAddress address, int port, boolean tls, String resource) {}

  private final Set<String> allowed;
  private final Resolver resolver;

  /**
   * @param allowed {@code host} or {@code host:port}, in lower case
   */
  public OutboundGuard(List<String> allowed) {
    this(allowed, InetAddress::getAllByName);
  }

  OutboundGuard(List<String> allowed, Resolver resolver) {
    this.allowed = Set.copyOf(allowed);
    this.resolver = resolver;
  }

  /**
   * Looks at a URL. Waits for a name server, on a thread that may.
   *
   * @param field what it is called, for the failure
   * @throws Failure {@code invalid} when it may not be called; which of its reasons it was is not
   *     told, so that nobody learns what there is inside
   */
  public Target check(String field, String url) {
    Place place = place(field, url);
    URI uri = place.uri();
    String host = place.host();
    InetAddress[] found;
    try {
      found = resolver.resolve(host.startsWith("[") ? host.substring(1, host.length() - 1) : host);
    } catch (UnknownHostException e) {
      throw refused(field);
    }
    for (InetAddress address : found) {
      if (!place.listed() && !isGlobal(address)) {
        throw refused(field);
      }
    }
    String path = Optional.ofNullable(uri.getRawPath()).filter(p -> !p.isEmpty()).orElse("/");
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    return new Target(host, found[0], place.port(), place.tls(), path + query);
  }

  /**
   * Looks at a URL that somebody else calls, a browser say: its host need not be known here. Does
   * not wait.
   *
   * @throws Failure {@code invalid} unless it is https, or its host is on the list
   */
  public void checkForOthers(String field, String url) {
    place(field, url);
  }

  private record Place(URI uri, String host, int port, boolean tls, boolean listed) {}

  private Place place(String field, String url) {
    URI uri = parse(field, url);
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    boolean tls = "https".equalsIgnoreCase(uri.getScheme());
    int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
    boolean listed = allowed.contains(host) || allowed.contains(host + ":" + port);
    if (!tls && !listed) {
      throw Failure.invalid(field, "expected an https URL");
    }
    return new Place(uri, host, port, tls, listed);
  }

  private static URI parse(String field, String url) {
    try {
      URI uri = new URI(url);
      boolean http =
          "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
      if (http
          && url.length() <= LONGEST_URL
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getFragment() == null
          && uri.getPort() != 0
          && uri.getPort() <= 65_535) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Told below.
    }
    throw Failure.invalid(field, "expected an https URL");
  }

  private static Failure refused(String field) {
    return Failure.invalid(field, "this host cannot be called; see outbound.allow");
  }

  /** Whether everybody on the internet can reach the address. */
  static boolean isGlobal(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (address instanceof Inet4Address) {
      return isGlobal4(bytes, 0);
    }
    // Global unicast is 2000::/3. Of it 2001::/23 is for protocols, 2001:db8::/32 and 3fff::/20 for
    // documents, and 2002::/16 holds an IPv4 address that a relay would go on to.
    int first = (bytes[0] & 0xff) << 8 | (bytes[1] & 0xff);
    int second = (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff);
    return first >>> 13 == 1
        && !(first == 0x2001 && (second < 0x200 || second == 0xdb8))
        && !(first == 0x3fff && second < 0x1000)
        && (first != 0x2002 || isGlobal4(bytes, 2));
  }

  private static boolean isGlobal4(byte[] bytes, int at) {
    int value =
        (bytes[at] & 0xff) << 24
            | (bytes[at + 1] & 0xff) << 16
            | (bytes[at + 2] & 0xff) << 8
            | (bytes[at + 3] & 0xff);
    return REFUSED_4.stream().noneMatch(network -> network.holds(value));
  }
}
