package dev.mordomo.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What may not grow from round to round: its beginning is held against its end. */
final class Growth {
  static final int LEAST_MEASURES = 6;

  /** What is measured, and how much more of it at the end is no growth. */
  enum Of {
    HEAP("heap after collection", "MB", 1.15, 0),
    THREADS("threads", "", 1, 8),
    CONNECTIONS("database connections in use", "", 1, 2),
    DESCRIPTORS("open file descriptors", "", 1, 32);

    private final String words;
    private final String unit;
    private final double times;
    private final double more;

    Of(String words, String unit, double times, double more) {
      this.words = words;
      this.unit = unit;
      this.times = times;
      this.more = more;
    }
  }

  private final Map<Of, List<Double>> measures = new EnumMap<>(Of.class);

  Growth() {
    for (Of what : Of.values()) {
      measures.put(what, new ArrayList<>());
    }
  }

  void add(Of what, double measure) {
    of(what).add(measure);
  }

  /** What grew, or could not be told to stay; empty: nothing. */
  List<String> wrong() {
    List<String> wrong = new ArrayList<>();
    for (Of what : Of.values()) {
      List<Double> all = of(what);
      if (all.size() < LEAST_MEASURES) {
        wrong.add(
            "too few rounds to tell whether there is growth: %s, %d measures of %d; give it more seconds"
                .formatted(what.words, all.size(), LEAST_MEASURES));
      } else if (late(all) > early(all) * what.times + what.more) {
        wrong.add("growth: " + what.words + " " + all);
      }
    }
    return wrong;
  }

  /** Writes beginning and end of what was measured often enough. */
  void report(Report report) {
    for (Of what : Of.values()) {
      List<Double> all = of(what);
      if (all.size() >= LEAST_MEASURES) {
        report.figure(what.words + ", early", early(all), what.unit);
        report.figure(what.words + ", late", late(all), what.unit);
      }
    }
  }

  private List<Double> of(Of what) {
    return measures.getOrDefault(what, List.of());
  }

  /** The median of the first third. */
  private static double early(List<Double> measures) {
    return median(measures.subList(0, measures.size() / 3));
  }

  /** The median of the last third. */
  private static double late(List<Double> measures) {
    return median(measures.subList(measures.size() - measures.size() / 3, measures.size()));
  }

  private static double median(List<Double> measures) {
    return measures.stream().sorted().skip(measures.size() / 2).findFirst().orElseThrow();
  }
}
