package dev.mordomo.bench;

import dev.mordomo.bench.People.Person;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * People on one server who say the next thing when the answer is complete, while it is their turn.
 */
final class TurnLoad {
  private static final int CONNECTIONS = 1_000;
  private static final int PATIENCE = 30;
  private final List<TurnClient> clients = new ArrayList<>();
  private final LongAdder completed = new LongAdder();
  private final AtomicInteger speaking = new AtomicInteger();
  private volatile boolean over = true;

  // Held for as long as its sockets are wanted: Vert.x closes those of one that nobody knows any
  // more.
  private final WebSocketClient sockets;

  TurnLoad(Vertx vertx, int port, List<Person> people) throws Exception {
    sockets =
        vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(CONNECTIONS));
    for (Person person : people) {
      clients.add(
          TurnClient.open(
                  vertx,
                  sockets,
                  port,
                  person.key(),
                  person.conversation().toString(),
                  ignored -> {},
                  this::next)
              .toCompletionStage()
              .toCompletableFuture()
              .get(PATIENCE, TimeUnit.SECONDS));
    }
  }

  private void next(TurnClient client) {
    completed.increment();
    if (over) {
      speaking.decrementAndGet();
    } else {
      client.say();
    }
  }

  /** Turns a second, in so many seconds after one to get going; returns when all are silent. */
  double rate(int seconds) throws InterruptedException {
    over = false;
    speaking.set(clients.size());
    clients.forEach(TurnClient::say);
    TimeUnit.SECONDS.sleep(1);
    completed.reset();
    long start = System.nanoTime();
    TimeUnit.SECONDS.sleep(seconds);
    double rate = completed.sum() / ((System.nanoTime() - start) / 1e9);
    over = true;
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
    while (speaking.get() > 0) {
      if (System.nanoTime() > until) {
        throw new IllegalStateException(
            speaking.get()
                + " turns never ended; refused, or closed sockets: "
                + clients.stream().map(TurnClient::ended).filter(why -> !why.isEmpty()).toList());
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return rate;
  }
}
