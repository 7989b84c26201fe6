package dev.mordomo.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads server-sent events off a bare socket, and can be cut anywhere. */
public final class EventSource implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 20_000;

  /** One event, or a comment with neither id nor data. */
  public record Event(Optional<String> id, String text) {
    public JsonNode data() {
      return Json.read(text);
    }

    public String type() {
      return text.isEmpty() ? "" : data().path("type").asText();
    }
  }

  private final Socket socket;
  private final BufferedReader reader;
  private final int status;
  private final List<String> headers = new ArrayList<>();

  private EventSource(String url, String request, int window) throws IOException {
    URI uri = URI.create(url);
    socket = new Socket();
    if (window > 0) {
      socket.setReceiveBufferSize(window);
    }
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.connect(new java.net.InetSocketAddress(uri.getHost(), uri.getPort()));
    OutputStream out = socket.getOutputStream();
    out.write(request.getBytes(StandardCharsets.UTF_8));
    out.flush();
    InputStream in = socket.getInputStream();
    reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1);
    status = Integer.parseInt(reader.readLine().split(" ")[1]);
    for (String line = reader.readLine(); !line.isEmpty(); line = reader.readLine()) {
      headers.add(line);
    }
  }

  public static EventSource get(
      String url, String path, String token, Map<String, String> headers) {
    return open(url, "GET", path, token, headers, "", 0);
  }

  public static EventSource post(
      String url, String path, String token, Map<String, String> headers, String body) {
    return open(url, "POST", path, token, headers, body, 0);
  }

  /**
   * @param window how many bytes the client's side takes before it is read; 0: what is usual
   */
  static EventSource open(
      String url,
      String method,
      String path,
      String token,
      Map<String, String> headers,
      String body,
      int window) {
    StringBuilder head = new StringBuilder();
    head.append(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: localhost\r\n");
    head.append("Accept: text/event-stream\r\nAuthorization: Bearer ").append(token).append("\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    if (!body.isEmpty()) {
      head.append("Content-Type: application/json\r\nContent-Length: ")
          .append(body.getBytes(StandardCharsets.UTF_8).length)
          .append("\r\n");
    }
    try {
      return new EventSource(url, head + "\r\n" + body, window);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int status() {
    return status;
  }

  /** The body of an answer that is no stream. */
  String body() {
    int length =
        headers.stream()
            .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:"))
            .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
            .findFirst()
            .orElse(0);
    StringBuilder body = new StringBuilder();
    try {
      while (body.toString().getBytes(StandardCharsets.UTF_8).length < length) {
        body.append((char) reader.read());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return body.toString();
  }

  /** The next event or comment; empty at the end of the stream, good or bad. */
  public Optional<Event> next() {
    try {
      Optional<String> id = Optional.empty();
      StringBuilder data = new StringBuilder();
      boolean any = false;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.isEmpty() && any) {
          return Optional.of(new Event(id, data.toString()));
        }
        if (!any && line.equals("0")) {
          return Optional.empty();
        }
        if (line.startsWith("id: ")) {
          id = Optional.of(line.substring(4));
        } else if (line.startsWith("data: ")) {
          data.append(line.substring(6));
        }
        // Chunk sizes are lines of their own; a chunk never ends within an event here.
        any |= line.startsWith("id:") || line.startsWith("data:") || line.startsWith(":");
      }
      return Optional.empty();
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("nothing came", e);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The next event, comments left out. */
  public Event event() {
    while (true) {
      Event next = next().orElseThrow(() -> new AssertionError("the stream has ended"));
      if (!next.text().isEmpty()) {
        return next;
      }
    }
  }

  /** All events until the stream ends. */
  public List<Event> rest() {
    List<Event> rest = new ArrayList<>();
    for (Optional<Event> next = next(); next.isPresent(); next = next()) {
      if (!next.get().text().isEmpty()) {
        rest.add(next.get());
      }
    }
    return rest;
  }

  /** Cuts the connection. */
  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
