package dev.mordomo.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code ./mordomo run} as a user types it, with a private PostgreSQL and data of its own. */
final class ScriptRun implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Path data;
  private final int port;
  private final Process process;
  private final double readySeconds;

  ScriptRun(Path data) throws IOException, InterruptedException {
    this.data = Files.createDirectories(data);
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    ProcessBuilder builder = new ProcessBuilder("./mordomo", "run", "--port", String.valueOf(port));
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(v -> v.startsWith("MORDOMO_") || v.equals("DATABASE_URL"));
    environment.put("MORDOMO_DATA", data.toString());
    environment.put("MORDOMO_ADMIN_EMAIL", ServerProcess.EMAIL);
    environment.put("MORDOMO_ADMIN_PASSWORD", ServerProcess.PASSWORD);
    builder.redirectErrorStream(true).redirectOutput(data.resolve("run.log").toFile());
    long start = System.nanoTime();
    process = builder.start();
    awaitReady(start);
    readySeconds = (System.nanoTime() - start) / 1e9;
  }

  private void awaitReady(long start) throws IOException, InterruptedException {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest ready = HttpRequest.newBuilder(URI.create(url() + "/health/ready")).build();
    while (System.nanoTime() - start < PATIENCE.toNanos()) {
      if (!process.isAlive()) {
        throw new IOException(Files.readString(data.resolve("run.log")));
      }
      try {
        if (client.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // Not listening yet.
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    throw new IOException("not ready: " + Files.readString(data.resolve("run.log")));
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  /** The process of Java, which the script notes down. */
  long server() throws IOException {
    return Long.parseLong(Files.readString(data.resolve("server.pid")).strip());
  }

  /** From the start of the script to the first answer of {@code /health/ready}. */
  double readySeconds() {
    return readySeconds;
  }

  @Override
  public void close() {
    process.destroy();
    process
        .onExit()
        .completeOnTimeout(process, 60, TimeUnit.SECONDS)
        .thenAccept(Process::destroyForcibly)
        .join();
  }
}
