package dev.mordomo.knowledge;

import java.io.PrintStream;

/** How far long work is: a line that is drawn anew on a terminal, a line each tenth elsewhere. */
final class ProgressBar {
  private static final int WIDTH = 30;
  private static final int TENTHS = 10;

  private final PrintStream out;
  private final boolean terminal;
  private final String what;
  private final long total;
  private long done;
  private long drawn = -1;

  ProgressBar(PrintStream out, boolean terminal, String what, long total) {
    this.out = out;
    this.terminal = terminal;
    this.what = what;
    this.total = total;
  }

  synchronized void advance(long by) {
    done += by;
    long steps = terminal ? 100 : TENTHS;
    long step = total == 0 ? steps : done * steps / total;
    if (step != drawn) {
      drawn = step;
      draw();
    }
  }

  private void draw() {
    if (terminal) {
      int full = total == 0 ? WIDTH : (int) Math.min(WIDTH, done * WIDTH / total);
      String bar = "█".repeat(full) + "░".repeat(WIDTH - full);
      out.print("\r" + what + "  " + bar + "  " + done + "/" + total);
      if (done >= total) {
        out.println();
      }
    } else {
      out.println(what + "  " + done + "/" + total);
    }
    out.flush();
  }
}
