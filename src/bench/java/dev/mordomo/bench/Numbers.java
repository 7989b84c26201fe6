package dev.mordomo.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a Java process has in use: its live heap after a collection, and what lies beside the heap.
 */
final class Numbers {
  private static final Pattern SPACE = Pattern.compile("total (\\d+)K, used (\\d+)K");

  private Numbers() {}

  static double megabytesInUse(long pid) throws IOException, InterruptedException {
    jcmd(pid, "GC.run");
    Matcher space = SPACE.matcher(jcmd(pid, "GC.heap_info"));
    double committed = 0;
    double used = 0;
    while (space.find()) {
      committed += Double.parseDouble(space.group(1)) / 1024;
      used += Double.parseDouble(space.group(2)) / 1024;
    }
    if (committed == 0) {
      throw new IOException("no heap in: " + jcmd(pid, "GC.heap_info"));
    }
    return Math.max(0, Cores.residentMegabytes(pid) - committed) + used;
  }

  private static String jcmd(long pid, String command) throws IOException, InterruptedException {
    String tool = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process process =
        new ProcessBuilder(List.of(tool, String.valueOf(pid), command))
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command + ": " + said);
    }
    return said;
  }
}
