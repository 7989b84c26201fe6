package dev.mordomo.chat;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Ends a text before the first of some texts, wherever the pieces that it comes in are cut: what
 * may be the beginning of one is held back until it is known. Of two that overlap the one that is
 * whole first ends it, as it would letter by letter.
 */
final class StopTexts {
  private final List<String> stops;
  private String held = "";
  private boolean reached;

  /**
   * @param stops none is empty
   */
  StopTexts(List<String> stops) {
    this.stops = List.copyOf(stops);
  }

  /** What may be said now. */
  String add(String piece) {
    if (reached) {
      return "";
    }
    String text = held + piece;
    Optional<String> first =
        stops.stream()
            .filter(text::contains)
            .min(
                Comparator.<String>comparingInt(stop -> text.indexOf(stop) + stop.length())
                    .thenComparingInt(text::indexOf));
    if (first.isPresent()) {
      reached = true;
      held = "";
      return text.substring(0, text.indexOf(first.get()));
    }
    int doubtful = stops.stream().mapToInt(stop -> begun(text, stop)).max().orElse(0);
    held = text.substring(text.length() - doubtful);
    return text.substring(0, text.length() - doubtful);
  }

  /** How much of the text's end is the beginning of a stop. */
  private static int begun(String text, String stop) {
    return Stream.iterate(Math.min(stop.length() - 1, text.length()), n -> n > 0, n -> n - 1)
        .filter(n -> text.regionMatches(text.length() - n, stop, 0, n))
        .findFirst()
        .orElse(0);
  }

  /** What was held back, when nothing more comes. */
  String rest() {
    String rest = held;
    held = "";
    return rest;
  }

  boolean isReached() {
    return reached;
  }
}
