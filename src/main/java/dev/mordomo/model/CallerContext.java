package dev.mordomo.model;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where an answer is awaited: the Vert.x context of whoever asked, so that what it does with the
 * answer runs there, and not on the thread that made it.
 */
public final class CallerContext {
  private final Optional<Context> context;

  private CallerContext(Optional<Context> context) {
    this.context = context;
  }

  /** Of the thread that calls; it may have none. */
  public static CallerContext current() {
    return new CallerContext(Optional.ofNullable(Vertx.currentContext()));
  }

  /** Runs there, later; without a context at once, here. */
  public void run(Runnable work) {
    context.ifPresentOrElse(there -> there.runOnContext(ignored -> work.run()), work);
  }

  /**
   * Waits for what blocks on a virtual thread of its own, which is interrupted when the {@link
   * OpenCalls} of the caller are cancelled.
   *
   * @param name of the thread
   * @return completes on the caller's context; fails with what the work throws
   */
  public static <T> Future<T> call(String name, Supplier<T> work) {
    Promise<T> promise = Promise.promise();
    CallerContext caller = current();
    Thread thread =
        Thread.ofVirtual()
            .name(name)
            .start(() -> {
              try {
                T result = work.get();
                caller.run(() -> promise.complete(result));
              } catch (RuntimeException e) {
                caller.run(() -> promise.fail(e));
              }
            });
    OpenCalls.current().ifPresent(calls -> calls.add(thread::interrupt));
    return promise.future();
  }
}
