package dev.mordomo.cluster;

import dev.mordomo.Await;
import dev.mordomo.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** HAProxy with {@code conf/haproxy.cfg} as it stands, but for the ports. */
final class LoadBalancer implements AutoCloseable {
  private static final Path CONFIGURATION = Path.of("conf", "haproxy.cfg");
  private static final int OWN = 8080;

  private final Path folder;
  private final Process process;
  private final int port = FreePort.any();

  /**
   * @param nodes the ports of the three nodes
   */
  LoadBalancer(List<Integer> nodes) {
    try {
      folder = Files.createTempDirectory("mordomo-haproxy");
      String text = Files.readString(CONFIGURATION).replace(":" + OWN + "\n", ":" + port + "\n");
      for (int i = 0; i < nodes.size(); i++) {
        text = text.replace(":" + (OWN + 1 + i) + "\n", ":" + nodes.get(i) + "\n");
      }
      Path file = Files.writeString(folder.resolve("haproxy.cfg"), text);
      process =
          new ProcessBuilder("haproxy", "-db", "-f", file.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("said").toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the tests need Debian's haproxy; ./mordomo test installs it", e);
    }
    Await.until("the proxy listens", this::listens, Nodes.PATIENCE);
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
      Files.delete(folder.resolve("haproxy.cfg"));
      Files.delete(folder.resolve("said"));
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
