package dev.mordomo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.TcpProxy.Way;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the proxy is told to do happens on real sockets. */
class TcpProxyTest {
  private static final int BRIEF_MILLIS = 200;
  private ServerSocket door;
  private TcpProxy proxy;

  @BeforeEach
  void open() throws IOException {
    door = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    proxy = TcpProxy.to(door.getLocalPort());
  }

  @AfterEach
  void close() throws IOException {
    proxy.close();
    door.close();
  }

  private record Pair(Socket client, Socket server) {
    private void pass(int b) throws IOException {
      client.getOutputStream().write(b);
      assertEquals(b, server.getInputStream().read());
      server.getOutputStream().write(b + 1);
      assertEquals(b + 1, client.getInputStream().read());
    }
  }

  private Pair pair() throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    Socket server = door.accept();
    client.setSoTimeout(BRIEF_MILLIS);
    server.setSoTimeout(BRIEF_MILLIS);
    return new Pair(client, server);
  }

  @Test
  void whatIsSaidPassesAndAnEndIsToldOnBothSides() throws IOException {
    Pair pair = pair();
    pair.pass(7);
    assertEquals(1, proxy.connections());
    pair.client.shutdownOutput();
    assertEquals(-1, pair.server.getInputStream().read());
    pair.server.getOutputStream().write(9);
    assertEquals(9, pair.client.getInputStream().read());
    pair.server.close();
    assertEquals(-1, pair.client.getInputStream().read());
    Await.until("it is forgotten", () -> proxy.connections() == 0, Duration.ofSeconds(5));
  }

  @Test
  void whatIsHeldComesAfterTheHealing() throws IOException {
    Pair pair = pair();
    proxy.hold(Way.TO_CLIENT);
    pair.client.getOutputStream().write(1);
    assertEquals(1, pair.server.getInputStream().read());
    pair.server.getOutputStream().write(2);
    pair.server.close();
    assertThrows(SocketTimeoutException.class, () -> pair.client.getInputStream().read());
    proxy.heal();
    assertEquals(2, pair.client.getInputStream().read());
    assertEquals(-1, pair.client.getInputStream().read());
  }

  @Test
  void whatIsHeldWhenItIsResetIsLost() throws IOException {
    Pair pair = pair();
    pair.pass(1);
    proxy.hold(Way.TO_CLIENT);
    pair.server.getOutputStream().write(2);
    proxy.reset();
    assertThrows(SocketException.class, () -> pair.client.getInputStream().read());
    assertThrows(SocketException.class, () -> pair.server.getInputStream().read());
    proxy.heal();
    pair().pass(3);
  }

  @Test
  void aCutIsAnEndInGoodOrder() throws IOException {
    Pair pair = pair();
    pair.pass(1);
    proxy.cut();
    assertEquals(-1, pair.client.getInputStream().read());
    assertEquals(-1, pair.server.getInputStream().read());
  }

  @Test
  void nobodyIsLetInWhileItRefuses() throws IOException {
    Pair before = pair();
    proxy.refuse();
    assertThrows(
        ConnectException.class,
        () -> new Socket(InetAddress.getLoopbackAddress(), proxy.port()).close());
    before.pass(1);
    proxy.heal();
    pair().pass(1);
  }

  @Test
  void whatIsDelayedOrThrottledTakesItsTime() throws IOException {
    Pair pair = pair();
    pair.pass(1);
    proxy.delay(Duration.ofMillis(100));
    assertTakes(Duration.ofMillis(200), () -> pair.pass(1));
    proxy.heal();
    proxy.throttle(1000);
    // The first chunk may have been asked for before; the next ones are small.
    byte[] sent = new byte[600];
    assertTakes(
        Duration.ofMillis(200),
        () -> {
          for (int i = 0; i < 3; i++) {
            pair.client.getOutputStream().write(sent, 0, 200);
            assertEquals(200, pair.server.getInputStream().readNBytes(200).length);
          }
        });
  }

  @FunctionalInterface
  private interface Work {
    void run() throws IOException;
  }

  private static void assertTakes(Duration least, Work work) throws IOException {
    long from = System.nanoTime();
    work.run();
    assertTrue(System.nanoTime() - from >= least.toNanos());
  }
}
