package dev.mordomo.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import java.util.function.BiConsumer;

/**
 * A socket in the Centrifugo protocol, as thin as can be: it answers pings and passes on the rest.
 */
final class Wire {
  private final WebSocket socket;
  private final BiConsumer<Wire, String> hear;
  private final Promise<Wire> ready = Promise.promise();
  private final String subscribe;

  private Wire(WebSocket socket, String subscribe, BiConsumer<Wire, String> hear) {
    this.socket = socket;
    this.subscribe = subscribe;
    this.hear = hear;
  }

  /**
   * Connects, and subscribes if asked to.
   *
   * @param subscribe the members of a subscribe command, or empty for none
   * @param hear every frame, the replies to connect and subscribe included
   */
  static Future<Wire> open(
      WebSocketClient client,
      int port,
      String token,
      String subscribe,
      BiConsumer<Wire, String> hear) {
    return client
        .connect(port, "127.0.0.1", "/v1/ws")
        .compose(socket -> {
          Wire wire = new Wire(socket, subscribe, hear);
          socket.textMessageHandler(wire::take);
          socket.closeHandler(ignored -> wire.ready.tryFail("closed: " + socket.closeStatusCode()));
          socket.writeTextMessage("{\"id\":1,\"connect\":{\"token\":\"" + token + "\"}}");
          return wire.ready.future();
        });
  }

  private void take(String text) {
    if (text.equals("{}")) {
      socket.writeTextMessage("{}");
      return;
    }
    if (!ready.future().isComplete()) {
      if (text.contains("\"error\"")) {
        ready.tryFail(text);
      } else if (text.contains("\"connect\"") && !subscribe.isEmpty()) {
        socket.writeTextMessage("{\"id\":2,\"subscribe\":{" + subscribe + "}}");
      } else if (text.contains("\"connect\"") || text.contains("\"subscribe\"")) {
        hear.accept(this, text);
        ready.tryComplete(this);
        return;
      }
    }
    hear.accept(this, text);
  }

  void send(String text) {
    socket.writeTextMessage(text);
  }

  void onClose(Runnable closed) {
    socket.closeHandler(ignored -> closed.run());
  }

  Future<Void> close() {
    return socket.close();
  }
}
