package dev.mordomo.gateway.socket;

import io.vertx.core.Context;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks of one context one after the other, also when they wait. To be used on that context
 * only.
 */
final class Lane {
  private @Nullable Queue<Runnable> waiting;
  private boolean running;

  boolean isIdle() {
    return !running;
  }

  /** How many tasks wait. */
  int size() {
    Queue<Runnable> queue = waiting;
    return queue == null ? 0 : queue.size();
  }

  /** Runs the task soon, after those before it; never within this call. */
  void run(Context context, Runnable task) {
    if (running) {
      Queue<Runnable> queue = waiting;
      if (queue == null) {
        queue = new ArrayDeque<>(4);
        waiting = queue;
      }
      queue.add(task);
      return;
    }
    running = true;
    context.runOnContext(ignored -> drain(task));
  }

  private void drain(Runnable first) {
    Runnable next = first;
    try {
      while (next != null) {
        next.run();
        Queue<Runnable> queue = waiting;
        next = queue == null ? null : queue.poll();
      }
    } finally {
      running = false;
      waiting = null;
    }
  }
}
