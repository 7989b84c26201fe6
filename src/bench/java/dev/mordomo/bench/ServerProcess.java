package dev.mordomo.bench;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A server of its own process, started as {@code ./mordomo run} starts it. */
final class ServerProcess implements AutoCloseable {
  static final String EMAIL = "bench@example.org";
  static final String PASSWORD = "a password for benchmarks";

  /** The one folder of data of all benchmarks' servers, so that they share a secret. */
  static final Path DATA = Path.of("target/bench/data").toAbsolutePath();

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration ANSWER = Duration.ofSeconds(5);

  private final Process process;
  private final int port;
  private final Path log;
  private final double readySeconds;

  ServerProcess(String databaseUrl, Map<String, String> more)
      throws IOException, InterruptedException {
    this(
        List.of(
            "-cp",
            "target/mordomo.jar" + File.pathSeparator + "target/lib/*",
            "dev.mordomo.Main",
            "run"),
        "target/bench.jsa",
        databaseUrl,
        more);
  }

  /** One that also takes commands: see {@link PublishingServer}. */
  static ServerProcess publishing(String databaseUrl, Map<String, String> more)
      throws IOException, InterruptedException {
    return new ServerProcess(
        List.of("-cp", System.getProperty("java.class.path"), PublishingServer.class.getName()),
        "target/bench-publishing.jsa",
        databaseUrl,
        more);
  }

  /** Java as the server runs it, up to its class path. */
  static List<String> java(String archive) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@conf/java.options");
    String extra = System.getenv("MORDOMO_JAVA_OPTS");
    if (extra != null && !extra.isBlank()) {
      command.addAll(List.of(extra.strip().split(" +")));
    }
    command.addAll(
        List.of(
            "-XX:+AutoCreateSharedArchive",
            "-XX:SharedArchiveFile=" + archive,
            "-Xlog:cds*=off",
            "-Xlog:aot*=off"));
    return command;
  }

  private ServerProcess(
      List<String> program, String archive, String databaseUrl, Map<String, String> more)
      throws IOException, InterruptedException {
    port = freePort();
    List<String> command = java(archive);
    command.addAll(program);
    Files.createDirectories(DATA);
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(v -> v.startsWith("MORDOMO_") || v.startsWith("OPENAI_"));
    environment.put("DATABASE_URL", databaseUrl);
    environment.put("MORDOMO_DATA", DATA.toString());
    environment.put("MORDOMO_ADMIN_EMAIL", EMAIL);
    environment.put("MORDOMO_ADMIN_PASSWORD", PASSWORD);
    environment.put("PORT", String.valueOf(port));
    environment.put("MALLOC_ARENA_MAX", "2");
    environment.putAll(more);
    // One for each database: two servers may run at once.
    log = DATA.resolve(databaseUrl.replaceAll(".*/", "") + ".log");
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    long start = System.nanoTime();
    process = builder.start();
    awaitReady(start);
    readySeconds = (System.nanoTime() - start) / 1e9;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private void awaitReady(long start) throws IOException, InterruptedException {
    HttpClient client = HttpClient.newHttpClient();
    // Who comes while the door is being opened may be let in and never be answered.
    HttpRequest ready =
        HttpRequest.newBuilder(URI.create(url() + "/health/ready")).timeout(ANSWER).build();
    while (System.nanoTime() - start < PATIENCE.toNanos()) {
      if (!process.isAlive()) {
        throw new IOException(Files.readString(log));
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
    throw new IOException("not ready: " + Files.readString(log));
  }

  /** A line on its standard input. */
  void command(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  int port() {
    return port;
  }

  long pid() {
    return process.pid();
  }

  /** From the start of the process to the first answer of {@code /health/ready}. */
  double readySeconds() {
    return readySeconds;
  }

  @Override
  public void close() {
    process.destroy();
    process
        .onExit()
        .completeOnTimeout(process, 40, TimeUnit.SECONDS)
        .thenAccept(Process::destroyForcibly)
        .join();
  }
}
