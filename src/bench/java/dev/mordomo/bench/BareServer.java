package dev.mordomo.bench;

import io.vertx.core.Vertx;
import java.io.IOException;

/**
 * A Vert.x server that takes WebSockets and does nothing with them: what idle sockets cost bare.
 */
public final class BareServer {
  private BareServer() {}

  /** Prints the port that it listens on, and ends when its standard input does. */
  public static void main(String[] arguments) throws IOException {
    Vertx vertx = Vertx.vertx();
    var server =
        vertx
            .createHttpServer()
            .requestHandler(request ->
                request
                    .toWebSocket()
                    .onSuccess(socket ->
                        socket.textMessageHandler(
                            text -> socket.writeTextMessage("{\"id\":1,\"connect\":{}}"))))
            .listen(0, "127.0.0.1")
            .await();
    System.out.println(server.actualPort());
    System.out.flush();
    while (System.in.read() >= 0) {
      // Lives as long as its parent.
    }
    vertx.close().await();
  }
}
