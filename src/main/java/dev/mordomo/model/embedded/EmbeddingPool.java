package dev.mordomo.model.embedded;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.model.CallerContext;
import dev.mordomo.model.EmbeddingModel.Use;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;

/**
 * A fixed set of platform threads that embed, first the queries, then the passages, each in the
 * order of arrival: whoever waits for an answer overtakes an ingest of thousands.
 */
public final class EmbeddingPool implements AutoCloseable {

  private record Job(Use use, long number, Runnable work) implements Runnable, Comparable<Job> {
    @Override
    public void run() {
      work.run();
    }

    @Override
    public int compareTo(Job other) {
      int byUse = use.compareTo(other.use);
      return byUse != 0 ? byUse : Long.compare(number, other.number);
    }
  }

  private final AtomicLong arrivals = new AtomicLong();
  private final ThreadPoolExecutor threads;

  public EmbeddingPool(int size) {
    threads =
        new ThreadPoolExecutor(
            size,
            size,
            0,
            TimeUnit.SECONDS,
            new PriorityBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("embedding-", 0).factory());
  }

  /**
   * Queues some work.
   *
   * @throws java.util.concurrent.RejectedExecutionException after {@link #close}
   */
  void submit(Use use, Runnable work) {
    threads.execute(new Job(use, arrivals.getAndIncrement(), work));
  }

  /**
   * Works through all of them, each by itself; fails with the first failure. Completes on the
   * caller's context, if it has one.
   */
  public <A, B> Future<List<B>> each(List<A> inputs, Use use, Function<A, B> work) {
    if (inputs.isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    Promise<List<B>> promise = Promise.promise();
    CallerContext caller = CallerContext.current();
    AtomicReferenceArray<B> results = new AtomicReferenceArray<>(inputs.size());
    AtomicInteger missing = new AtomicInteger(inputs.size());
    try {
      for (int i = 0; i < inputs.size(); i++) {
        int index = i;
        submit(
            use,
            () -> {
              if (promise.future().isComplete()) {
                return;
              }
              try {
                results.set(index, work.apply(inputs.get(index)));
                if (missing.decrementAndGet() == 0) {
                  List<B> all = listOf(results);
                  caller.run(() -> promise.tryComplete(all));
                }
              } catch (RuntimeException failure) {
                caller.run(() -> promise.tryFail(failure));
              }
            });
      }
    } catch (RejectedExecutionException e) {
      promise.tryFail(Failure.of(FailureCode.SHUTTING_DOWN, "the model is closed", e));
    }
    return promise.future();
  }

  private static <B> List<B> listOf(AtomicReferenceArray<B> results) {
    List<B> all = new ArrayList<>(results.length());
    for (int i = 0; i < results.length(); i++) {
      all.add(results.get(i));
    }
    return List.copyOf(all);
  }

  /** Lets what runs end, and drops what waits. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
