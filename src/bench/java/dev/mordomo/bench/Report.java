package dev.mordomo.bench;

import dev.mordomo.kernel.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The figures of one benchmark: printed as a table, and written as JSON. */
final class Report {
  private final String name;
  private final PrintStream out;
  private final Map<String, Object> figures = new LinkedHashMap<>();

  Report(String name, PrintStream out) {
    this.name = name;
    this.out = out;
    out.println();
    out.println("bench " + name);
  }

  void say(String progress) {
    out.println("  … " + progress);
  }

  /** A figure and its unit. */
  Report figure(String key, double value, String unit) {
    figures.put(key, Math.round(value * 1000) / 1000.0);
    out.printf(Locale.ROOT, "  %-48s %12.3f %s%n", key, value, unit);
    return this;
  }

  /** A ratio beside its goal: at least it, or at most it. */
  Report goal(String key, double value, String relation, double goal) {
    boolean met = relation.equals("≥") ? value >= goal : value <= goal;
    figures.put(key, Math.round(value * 1000) / 1000.0);
    figures.put(key + " met", met);
    out.printf(
        Locale.ROOT,
        "  %-48s %12.3f  (goal %s %s: %s)%n",
        key,
        value,
        relation,
        goal,
        met ? "met" : "NOT met");
    return this;
  }

  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(name + ".json"), Json.write(figures) + "\n");
  }
}
