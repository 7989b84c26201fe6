package dev.mordomo.fuzz;

import dev.mordomo.gateway.http.FilterTarget;
import dev.mordomo.gateway.socket.FrameTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Jazzer on one parser, in a process of its own, since it instruments what it looks at. What it
 * learns stands in a folder; it begins with the samples of the tests.
 */
public enum CoverageFuzz {
  FRAME(FrameTarget.class, "dev.mordomo.gateway.socket.*:dev.mordomo.kernel.Json"),
  FILTER(FilterTarget.class, "dev.mordomo.gateway.**:dev.mordomo.kernel.Json");

  private static final String LIBRARIES = ":com.fasterxml.jackson.core.json.ReaderBasedJsonParser";
  // The first input waits for the instrumentation too.
  private static final int HANG_SECONDS = 30;

  /** So long after its time, it is taken for one that does not end. */
  private static final Duration LATE = Duration.ofMinutes(10);

  private final Class<?> target;
  private final String looksAt;

  CoverageFuzz(Class<?> target, String looksAt) {
    this.target = target;
    this.looksAt = looksAt;
  }

  /**
   * What came of it.
   *
   * @param found whether an input broke the parser, took too long, or more and more memory
   * @param output of the fuzzer, with the input in it
   */
  public record Outcome(boolean found, String output) {
    /** The fuzzer's last word: how many runs, how much coverage. */
    public String summary() {
      return output
          .lines()
          .filter(line -> line.contains("DONE") || line.startsWith("Done"))
          .reduce("", (one, next) -> one.isEmpty() ? next : one + "; " + next)
          .strip();
    }
  }

  /** So many inputs. */
  public Outcome runs(int count, long seed) throws IOException, InterruptedException {
    return run(List.of("-runs=" + count, "-seed=" + seed), LATE);
  }

  /** As many inputs as there is time for, of a second at least: none would be without end. */
  public Outcome lasting(Duration time, long seed) throws IOException, InterruptedException {
    return run(
        List.of("-max_total_time=" + Math.max(1, time.toSeconds()), "-seed=" + seed),
        time.plus(LATE));
  }

  private Outcome run(List<String> limits, Duration most) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("mordomo-fuzz");
    Path corpus = Files.createDirectory(folder.resolve("corpus"));
    Path output = folder.resolve("output");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                com.code_intelligence.jazzer.Jazzer.class.getName(),
                "--target_class=" + target.getName(),
                "--instrumentation_includes=" + looksAt + LIBRARIES,
                "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/",
                "-timeout=" + HANG_SECONDS,
                // Its own count begins with the highest of the process that starts it; the heap is
                // bounded.
                "-rss_limit_mb=0",
                "-max_len=4096"));
    command.addAll(limits);
    command.add(corpus.toString());
    command.add(samples().toString());
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      boolean over = process.waitFor(most.toSeconds(), TimeUnit.SECONDS);
      return new Outcome(
          !over || process.exitValue() != 0,
          Files.readString(output, java.nio.charset.StandardCharsets.ISO_8859_1));
    } finally {
      process.destroyForcibly();
    }
  }

  private Path samples() {
    return Path.of("src", "test", "resources", "fuzz", name().toLowerCase(java.util.Locale.ROOT));
  }
}
