package dev.mordomo.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A model server that answers each request at a steady pace, with as little of the machine as can
 * be: a real one runs on another. One thread writes a token of each answer that is due, straight to
 * its socket; each connection serves one answer.
 */
final class PacedModel {
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final String HEAD =
      String.join(
          "\r\n",
          "HTTP/1.1 200 OK",
          "Content-Type: text/event-stream",
          "Transfer-Encoding: chunked",
          "Connection: close",
          "",
          "");

  private final ServerSocketChannel door;
  private final int tokens;
  private final long pauseNanos;
  private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();

  private static final class Answer {
    private final SocketChannel client;
    private long due = System.nanoTime();
    private int said;

    private Answer(SocketChannel client) {
      this.client = client;
    }
  }

  private PacedModel(ServerSocketChannel door, int tokens, int pauseMillis) {
    this.door = door;
    this.tokens = tokens;
    this.pauseNanos = TimeUnit.MILLISECONDS.toNanos(pauseMillis);
  }

  /**
   * Listens on a free port until the process ends.
   *
   * @return the port
   */
  static int listen(int tokens, int pauseMillis) throws IOException {
    ServerSocketChannel door =
        ServerSocketChannel.open()
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
    PacedModel model = new PacedModel(door, tokens, pauseMillis);
    Thread.ofPlatform().daemon().name("door").start(model::accept);
    Thread.ofPlatform().daemon().name("pace").start(model::pace);
    return ((InetSocketAddress) door.getLocalAddress()).getPort();
  }

  private void accept() {
    while (true) {
      try {
        SocketChannel client = door.accept();
        client.setOption(StandardSocketOptions.TCP_NODELAY, true);
        Thread.ofVirtual().start(() -> begin(client));
      } catch (IOException e) {
        throw new IllegalStateException("the mock cannot accept any more", e);
      }
    }
  }

  private void begin(SocketChannel client) {
    try {
      readRequest(new BufferedInputStream(Channels.newInputStream(client)));
      client.write(ByteBuffer.wrap(HEAD.getBytes(StandardCharsets.US_ASCII)));
      answers.add(new Answer(client));
    } catch (IOException e) {
      close(client);
    }
  }

  private static void readRequest(InputStream in) throws IOException {
    int length = 0;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
        length = Integer.parseInt(line.substring(15).strip());
      }
    }
    in.skipNBytes(length);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the request broke off");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  private void pace() {
    while (true) {
      long now = System.nanoTime();
      for (Iterator<Answer> all = answers.iterator(); all.hasNext(); ) {
        Answer answer = all.next();
        if (answer.due - now <= 0 && !goesOn(answer)) {
          all.remove();
        }
      }
      LockSupport.parkNanos(TICK_NANOS);
    }
  }

  private boolean goesOn(Answer answer) {
    try {
      answer.due += pauseNanos;
      if (answer.said++ < tokens) {
        write(answer.client, ModelMock.event("t" + System.nanoTime() + " "));
        return true;
      }
      write(answer.client, ModelMock.END);
      write(answer.client, "");
    } catch (IOException e) {
      // The server wants no more of it.
    }
    close(answer.client);
    return false;
  }

  /** As a chunk; an empty one is the last. */
  private static void write(SocketChannel client, String text) throws IOException {
    ByteBuffer chunk =
        ByteBuffer.wrap(
            (Integer.toHexString(text.length()) + "\r\n" + text + "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    while (chunk.hasRemaining()) {
      client.write(chunk);
    }
  }

  private static void close(SocketChannel client) {
    try {
      client.close();
    } catch (IOException e) {
      // It is closed.
    }
  }
}
