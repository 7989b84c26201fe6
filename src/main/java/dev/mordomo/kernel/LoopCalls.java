package dev.mordomo.kernel;

import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/**
 * Calls from virtual threads, done on the event loop that belongs to the thread's context. A pool
 * gives the connections of that loop first, so that all steps of a call are on one thread: asked
 * from a virtual thread itself, each step would be told to one more virtual thread, and each would
 * wake a processor. Thread-safe.
 */
final class LoopCalls {
  private final Vertx vertx;
  private final Map<EventLoop, ContextInternal> loops = new ConcurrentHashMap<>();

  LoopCalls(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * What the call says; callbacks run on the event loop, and may not wait.
   *
   * @param call not waiting; runs on an event loop
   */
  <T> Future<T> call(Supplier<Future<T>> call) {
    ContextInternal caller = (ContextInternal) vertx.getOrCreateContext();
    if (caller.isEventLoopContext() && caller.inThread()) {
      return call.get();
    }
    ContextInternal loop =
        loops.computeIfAbsent(
            caller.nettyEventLoop(),
            l -> ((VertxInternal) vertx).contextBuilder().withEventLoop(l).build());
    Promise<T> promise = Promise.promise();
    try {
      loop.runOnContext(ignored -> {
        try {
          call.get().onComplete(promise);
        } catch (Throwable e) {
          promise.fail(e);
        }
      });
    } catch (RejectedExecutionException e) {
      // Vert.x is closed.
      return Future.failedFuture(e);
    }
    return promise.future();
  }
}
