package dev.mordomo.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.ConcurrentHistogram;

/** Clients that post bodies in turn, each its next one when the last was answered, until closed. */
final class Hammer implements AutoCloseable {
  private static final double NANOS = 1e9;
  private static final double NANOS_OF_MILLI = 1e6;

  private final URI to;
  private final String token;
  private final List<byte[]> bodies;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private volatile boolean over;
  private volatile ConcurrentHistogram delays = new ConcurrentHistogram(3);
  private long since = System.nanoTime();

  /** Answers a second, and how long 95 of 100 took at most. */
  record Outcome(double rate, double p95Millis) {}

  /**
   * @param token or "", where none is wanted
   */
  Hammer(URI to, String token, List<String> bodies, int clients) {
    this.to = to;
    this.token = token;
    this.bodies = bodies.stream().map(b -> b.getBytes(StandardCharsets.UTF_8)).toList();
    for (int c = 0; c < clients; c++) {
      int first = c;
      threads.add(Thread.ofPlatform().start(() -> post(first, clients)));
    }
  }

  /** What it measures in so many seconds, after others to warm up. */
  static Outcome run(
      URI to, String token, List<String> bodies, int clients, int warmUp, int seconds)
      throws Exception {
    try (Hammer hammer = new Hammer(to, token, bodies, clients)) {
      TimeUnit.SECONDS.sleep(warmUp);
      hammer.begin();
      TimeUnit.SECONDS.sleep(seconds);
      return hammer.end();
    }
  }

  /** Counts from now on. */
  void begin() {
    delays = new ConcurrentHistogram(3);
    since = System.nanoTime();
  }

  /** What was counted. */
  Outcome end() throws Exception {
    ConcurrentHistogram counted = delays;
    double seconds = (System.nanoTime() - since) / NANOS;
    Exception broken = failure.get();
    if (broken != null) {
      throw broken;
    }
    return new Outcome(
        counted.getTotalCount() / seconds, counted.getValueAtPercentile(95) / NANOS_OF_MILLI);
  }

  private void post(int first, int step) {
    try (PostConnection connection = new PostConnection(to, token)) {
      for (int i = first; !over; i += step) {
        long start = System.nanoTime();
        int status = connection.post(bodies.get(i % bodies.size()));
        if (status != 200) {
          throw new IOException(to + ": status " + status);
        }
        delays.recordValue(System.nanoTime() - start);
      }
    } catch (IOException e) {
      failure.compareAndSet(null, e);
    }
  }

  @Override
  public void close() {
    over = true;
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
