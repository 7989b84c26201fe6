package dev.mordomo.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * How much of the machine others have used: what all processors did, less what this process, its
 * children and PostgreSQL did. A run that shared its machine says so.
 */
record Machine(double all, double ours) {
  private static final double TICKS = 100;

  static Machine now() throws IOException {
    return new Machine(busy(), mine());
  }

  double othersUntilNow() throws IOException {
    return Math.max(0, (busy() - all) - (mine() - ours));
  }

  /** proc(5), stat: user, nice and system time of all processors. */
  private static double busy() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
      List<String> cells = List.of(lines.findFirst().orElseThrow().split(" +"));
      return (Double.parseDouble(cells.get(1))
              + Double.parseDouble(cells.get(2))
              + Double.parseDouble(cells.get(3)))
          / TICKS;
    }
  }

  private static double mine() {
    return Cores.seconds(ProcessHandle.current().pid()) + Cores.seconds(new Postgres().pid());
  }
}
