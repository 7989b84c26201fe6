package dev.mordomo.bench;

import ai.onnxruntime.OrtException;
import dev.mordomo.model.embedded.Gloss;
import dev.mordomo.model.embedded.MiniLm;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Sentences a second of the embedded model beside MiniLM alone, on the same Portuguese and Spanish
 * sentences, with one and two threads, in alternating rounds; and what the lexicons cost to load.
 */
public final class EmbedBench {
  private static final int ROUNDS = 7;
  private static final double LEAST_RATIO = 0.9;
  private static final double MOST_LOAD_MS = 300;
  private static final double MOST_HEAP_MB = 60;

  private interface Work {
    void run(String text) throws OrtException;
  }

  private final Report report;
  private final Path folder;

  EmbedBench(Report report, Path folder) {
    this.report = report;
    this.folder = folder;
  }

  /** Measures, prints, and writes {@code target/bench/embed.json}. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of("target/bench");
    Report report = new Report("embed", System.out);
    new EmbedBench(report, folder).run();
    report.write(folder);
  }

  void run() throws IOException, OrtException, InterruptedException, ExecutionException {
    long heapBefore = usedHeap();
    long cpuStart = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    long start = System.nanoTime();
    Gloss gloss = new Gloss();
    double loadMs = (System.nanoTime() - start) / 1e6;
    long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuStart;
    report.goal("lexicons load, ms", loadMs, "≤", MOST_LOAD_MS);
    report.figure("lexicons load, CPU time", cpu / 1e6, "ms");
    report.goal("lexicons, MB of heap", (usedHeap() - heapBefore) / 1e6, "≤", MOST_HEAP_MB);
    List<String> sentences = sentences();
    try (MiniLm miniLm = MiniLm.load(folder.resolve("native"))) {
      for (int threads : new int[] {1, 2}) {
        compare(threads, sentences, gloss, miniLm);
      }
    }
    // Not only to print: the lexicons must still be held when their heap is measured.
    report.figure("glossed characters", gloss.gloss(sentences.getFirst()).length(), "");
  }

  private void compare(int threads, List<String> sentences, Gloss gloss, MiniLm miniLm)
      throws InterruptedException, ExecutionException {
    Work alone = miniLm::embed;
    Work glossed = text -> miniLm.embed(gloss.gloss(text));
    double[] aloneRates = new double[ROUNDS];
    double[] glossedRates = new double[ROUNDS];
    double[] ratios = new double[ROUNDS];
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      rate(pool, threads, sentences, glossed);
      rate(pool, threads, sentences, alone);
      for (int round = 0; round < ROUNDS; round++) {
        aloneRates[round] = rate(pool, threads, sentences, alone);
        glossedRates[round] = rate(pool, threads, sentences, glossed);
        ratios[round] = glossedRates[round] / aloneRates[round];
      }
    }
    String suffix = threads == 1 ? ", 1 thread" : ", " + threads + " threads";
    report.figure("MiniLM alone" + suffix, median(aloneRates), "sentences/s");
    report.figure("gloss and MiniLM" + suffix, median(glossedRates), "sentences/s");
    report.goal("ratio" + suffix, median(ratios), "≥", LEAST_RATIO);
  }

  private static double rate(ExecutorService pool, int threads, List<String> sentences, Work work)
      throws InterruptedException, ExecutionException {
    long start = System.nanoTime();
    List<Future<?>> parts = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      int first = thread;
      parts.add(
          pool.submit(() -> {
            for (int i = first; i < sentences.size(); i += threads) {
              work.run(sentences.get(i));
            }
            return null;
          }));
    }
    for (Future<?> part : parts) {
      part.get();
    }
    return sentences.size() / ((System.nanoTime() - start) / 1e9);
  }

  /** The Portuguese and Spanish questions and passages of the evaluation set's training half. */
  private static List<String> sentences() throws IOException {
    List<String> sentences = new ArrayList<>();
    Path items = Path.of("src/test/resources/evaluation/train/items.tsv");
    for (String line : Files.readAllLines(items).stream().skip(1).toList()) {
      String[] cells = line.split("\t", -1);
      sentences.addAll(List.of(cells[3], cells[4], cells[6], cells[7]));
    }
    return sentences;
  }

  private static long usedHeap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
