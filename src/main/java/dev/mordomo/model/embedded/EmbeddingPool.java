package dev.mordomo.model.embedded;

import dev.mordomo.model.EmbeddingModel.Use;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A fixed set of platform threads that embed, first the queries, then the passages, each in the
 * order of arrival: whoever waits for an answer overtakes an ingest of thousands.
 */
final class EmbeddingPool implements AutoCloseable {

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

  EmbeddingPool(int size) {
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

  /** Lets what runs end, and drops what waits. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
