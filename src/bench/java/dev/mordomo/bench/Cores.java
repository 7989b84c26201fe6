package dev.mordomo.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Seconds of processor time, from Linux' {@code /proc}: see proc(5), stat. */
final class Cores {
  private static final double TICKS = 100;

  private Cores() {}

  /** A process, with its children and those that have ended. */
  static double seconds(long pid) {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      double sum = 0;
      for (Path process : all.filter(p -> p.getFileName().toString().matches("\\d+")).toList()) {
        List<String> stat = stat(process);
        if (stat.isEmpty()) {
          continue;
        }
        boolean self = process.getFileName().toString().equals(String.valueOf(pid));
        if (self || stat.get(1).equals(String.valueOf(pid))) {
          sum += Double.parseDouble(stat.get(11)) + Double.parseDouble(stat.get(12));
        }
        if (self) {
          sum += Double.parseDouble(stat.get(13)) + Double.parseDouble(stat.get(14));
        }
      }
      return sum / TICKS;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** This process alone, without the servers that it has started. */
  static double own() {
    List<String> stat = stat(Path.of("/proc/self"));
    return (Double.parseDouble(stat.get(11)) + Double.parseDouble(stat.get(12))) / TICKS;
  }

  /** The fields from the third on, after the name in parentheses. */
  private static List<String> stat(Path process) {
    try {
      String line = Files.readString(process.resolve("stat"));
      return List.of(line.substring(line.lastIndexOf(')') + 2).strip().split(" "));
    } catch (IOException e) {
      // It has ended meanwhile.
      return List.of();
    }
  }

  /** Resident memory now, in MB. */
  static double residentMegabytes(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Double.parseDouble(line.replaceAll("\\D+", "")) / 1024;
      }
    }
    throw new IOException("no VmRSS of " + pid);
  }
}
