package dev.mordomo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Where something of the test's own may listen, and come back to. */
public final class FreePort {
  private static final int FIRST = 20_000;

  /**
   * From here on systems take outgoing ports: one of those may be taken before it is listened at.
   */
  private static final int LAST = 32_000;

  private FreePort() {}

  public static int any() {
    while (true) {
      int candidate = ThreadLocalRandom.current().nextInt(FIRST, LAST);
      try (ServerSocket probe = new ServerSocket()) {
        probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), candidate));
        return candidate;
      } catch (IOException e) {
        // Taken: another one.
      }
    }
  }
}
