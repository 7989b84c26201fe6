package dev.mordomo.bench;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;

/** A model server in a process of its own: every request gets 20 tokens at once. */
public final class ModelMock {
  private static final int TOKENS = 20;
  private static final Buffer ANSWER = answer();

  private ModelMock() {}

  /** Prints the port that it listens on, and ends when its standard input does. */
  public static void main(String[] arguments) throws IOException {
    Vertx vertx = Vertx.vertx();
    var server =
        vertx
            .createHttpServer()
            .requestHandler(request ->
                request
                    .body()
                    .onSuccess(body ->
                        request
                            .response()
                            .putHeader("Content-Type", "text/event-stream")
                            .end(ANSWER)))
            .listen(0, "127.0.0.1")
            .await();
    System.out.println(server.actualPort());
    System.out.flush();
    while (System.in.read() >= 0) {
      // Lives as long as its parent.
    }
    vertx.close().await();
  }

  private static Buffer answer() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < TOKENS; i++) {
      text.append("data: ")
          .append(chunk("{\"content\":\"palavra" + i + " \"}", "null", ""))
          .append("\n\n");
    }
    text.append("data: ").append(chunk("{}", "\"stop\"", "")).append("\n\n");
    text.append("data: ")
        .append(
            "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"mock\","
                + "\"choices\":[],\"usage\":{\"prompt_tokens\":60,\"completion_tokens\":20,"
                + "\"total_tokens\":80}}")
        .append("\n\n");
    text.append("data: [DONE]\n\n");
    return Buffer.buffer(text.toString());
  }

  private static String chunk(String delta, String finish, String more) {
    return "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"mock\","
        + "\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + finish
        + "}]"
        + more
        + "}";
  }
}
