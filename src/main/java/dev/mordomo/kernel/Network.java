package dev.mordomo.kernel;

import java.net.InetAddress;
import java.util.HexFormat;

/** One name for all addresses that one somebody has. */
public final class Network {
  private static final int BYTES = 8;

  private Network() {}

  /**
   * @param address an IPv4 address, which stands for itself, or an IPv6 one: who has one has its
   *     whole /64
   */
  public static String of(String address) {
    if (address.indexOf(':') < 0) {
      return address;
    }
    try {
      byte[] bytes = InetAddress.ofLiteral(address).getAddress();
      return HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, BYTES));
    } catch (IllegalArgumentException e) {
      return address;
    }
  }
}
