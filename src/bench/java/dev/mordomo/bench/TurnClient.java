package dev.mordomo.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import java.util.function.LongConsumer;

/** One user on a socket: says something, and hears when the first delta and the end come. */
final class TurnClient {
  private static final String DONE = "\"turn.completed\"";
  private static final String DELTA = "\"turn.delta\"";
  private static final String FAILED = "\"turn.failed\"";

  private final String conversation;
  private final WebSocket socket;
  private final LongConsumer firstDelta;
  private final Runnable completed;
  private long sentAt;
  private boolean waitsForDelta;
  private long number;
  private int id = 10;
  private volatile String refused = "";

  private TurnClient(
      WebSocket socket, String conversation, LongConsumer firstDelta, Runnable completed) {
    this.socket = socket;
    this.conversation = conversation;
    this.firstDelta = firstDelta;
    this.completed = completed;
  }

  /** Connects, and listens to the conversation. */
  static Future<TurnClient> open(
      Vertx vertx,
      WebSocketClient client,
      int port,
      String token,
      String conversation,
      LongConsumer firstDelta,
      java.util.function.Consumer<TurnClient> completed) {
    Promise<TurnClient> ready = Promise.promise();
    client
        .connect(port, "127.0.0.1", "/v1/ws")
        .onFailure(ready::tryFail)
        .onSuccess(socket -> {
          TurnClient[] self = new TurnClient[1];
          self[0] =
              new TurnClient(socket, conversation, firstDelta, () -> completed.accept(self[0]));
          socket.textMessageHandler(text -> self[0].hear(text, ready));
          socket.closeHandler(ignored -> ready.tryFail("closed: " + socket.closeReason()));
          socket.writeTextMessage("{\"id\":1,\"connect\":{\"token\":\"" + token + "\"}}");
        });
    return ready.future();
  }

  private void hear(String text, Promise<TurnClient> ready) {
    if (text.equals("{}")) {
      socket.writeTextMessage("{}");
      return;
    }
    if (!ready.future().isComplete()) {
      if (text.contains("\"error\"")) {
        ready.tryFail(text);
      } else if (text.contains("\"connect\"")) {
        socket.writeTextMessage(
            "{\"id\":2,\"subscribe\":{\"channel\":\"conversation:" + conversation + "\"}}");
      } else if (text.contains("\"subscribe\"")) {
        ready.tryComplete(this);
      }
      return;
    }
    if (waitsForDelta && text.contains(DELTA)) {
      waitsForDelta = false;
      firstDelta.accept(System.nanoTime() - sentAt);
    }
    if (text.contains(FAILED) || text.contains("\"error\"")) {
      refused = text;
      throw new IllegalStateException(text);
    }
    if (text.contains(DONE)) {
      completed.run();
    }
  }

  /** Why nothing comes any more, in the server's words; empty while something may. */
  String ended() {
    if (!refused.isEmpty()) {
      return refused;
    }
    return socket.isClosed() ? socket.closeStatusCode() + " " + socket.closeReason() : "";
  }

  /** Says the next thing. */
  void say() {
    sentAt = System.nanoTime();
    waitsForDelta = true;
    socket.writeTextMessage(
        "{\"id\":"
            + ++id
            + ",\"rpc\":{\"method\":\"turn.start\",\"data\":{\"conversation_id\":\""
            + conversation
            + "\",\"content\":\"pergunta pergunta pergunta pergunta pergunta pergunta pergunta\","
            + "\"client_message_id\":\""
            + conversation
            + "-"
            + ++number
            + "\"}}}");
  }
}
