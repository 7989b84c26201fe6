package dev.mordomo.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One connection that posts JSON and reads the answers away, HTTP/1.1 as far as that needs. A load
 * client shares the machine with what it measures: the JDK's own took twice the processor time of
 * the server that it asked.
 */
final class PostConnection implements AutoCloseable {
  private static final int BUFFER = 32_768;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final String head;
  private final StringBuilder line = new StringBuilder();

  /**
   * @param token or "", where none is wanted
   */
  PostConnection(URI to, String token) throws IOException {
    socket = new Socket(to.getHost(), to.getPort());
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream(), BUFFER);
    out = socket.getOutputStream();
    head =
        "POST "
            + to.getRawPath()
            + " HTTP/1.1\r\nHost: "
            + to.getAuthority()
            + "\r\nContent-Type: application/json\r\n"
            + (token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n")
            + "Content-Length: ";
  }

  /** Posts, and reads the whole answer; its status. */
  int post(byte[] body) throws IOException {
    byte[] before = (head + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] request = new byte[before.length + body.length];
    System.arraycopy(before, 0, request, 0, before.length);
    System.arraycopy(body, 0, request, before.length, body.length);
    out.write(request);
    int status = Integer.parseInt(line().split(" ", 3)[1]);
    long length = 0;
    boolean chunked = false;
    for (String header = line(); !header.isEmpty(); header = line()) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Long.parseLong(lower.substring("content-length:".length()).strip());
      }
      chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
    }
    if (chunked) {
      for (long size = chunk(); size > 0; size = chunk()) {
        in.skipNBytes(size + 2);
      }
      in.skipNBytes(2);
    } else {
      in.skipNBytes(length);
    }
    return status;
  }

  private long chunk() throws IOException {
    return Long.parseLong(line().split(";", 2)[0].strip(), 16);
  }

  private String line() throws IOException {
    line.setLength(0);
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the connection was closed");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
