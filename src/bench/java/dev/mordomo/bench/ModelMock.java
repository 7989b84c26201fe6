package dev.mordomo.bench;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A model server in a process of its own. Without a pause every request gets its tokens at once;
 * with one, a token a pause, which says when it was made ({@link System#nanoTime}).
 */
public final class ModelMock {
  static final String END =
      "data: "
          + chunk("{}", "\"stop\"")
          + "\n\n"
          + "data:"
          + " {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"mock\",\"choices\":[],\"usage\":{\"prompt_tokens\":60,\"completion_tokens\":20,\"total_tokens\":80}}\n\n"
          + "data: [DONE]\n\n";

  private ModelMock() {}

  /** Starts one; the first line that it says is its port. */
  static Process start(int tokens, int pauseMillis) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            ModelMock.class.getName(),
            String.valueOf(tokens),
            String.valueOf(pauseMillis))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** What a server needs to know to ask it, and as often as it likes. */
  static Map<String, String> settings(String port) {
    return Map.of(
        "OPENAI_BASE_URL", "http://127.0.0.1:" + port + "/v1",
        "MORDOMO_MODEL_CHAT", "openai/mock",
        "MORDOMO_LIMITS_TURNS_PER_MINUTE", "1000000");
  }

  /** Prints the port that it listens on, and ends when its standard input does. */
  public static void main(String[] arguments) throws IOException {
    int tokens = Integer.parseInt(arguments[0]);
    int pause = Integer.parseInt(arguments[1]);
    System.out.println(pause == 0 ? listen(whole(tokens)) : PacedModel.listen(tokens, pause));
    System.out.flush();
    while (System.in.read() >= 0) {
      // Lives as long as its parent.
    }
    System.exit(0);
  }

  private static int listen(Buffer answer) {
    return Vertx.vertx()
        .createHttpServer()
        .requestHandler(request ->
            request
                .body()
                .onSuccess(body ->
                    request.response().putHeader("Content-Type", "text/event-stream").end(answer)))
        .listen(0, "127.0.0.1")
        .await()
        .actualPort();
  }

  private static Buffer whole(int tokens) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < tokens; i++) {
      text.append(event("palavra" + i + " "));
    }
    return Buffer.buffer(text.append(END).toString());
  }

  static String event(String token) {
    return "data: " + chunk("{\"content\":\"" + token + "\"}", "null") + "\n\n";
  }

  private static String chunk(String delta, String finish) {
    return "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"mock\","
        + "\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + finish
        + "}]}";
  }
}
