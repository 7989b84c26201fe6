package dev.mordomo.model.embedded;

import java.util.List;
import java.util.Map;

/** "More cheap": cheaper; "the office more near": the nearest office; "place very quiet". */
final class Degrees {
  private static final Map<String, String[]> IRREGULAR =
      Map.of(
          "good", new String[] {"better", "best"},
          "bad", new String[] {"worse", "worst"},
          "nearby", new String[] {"closer", "nearest"},
          "close", new String[] {"closer", "nearest"},
          "next", new String[] {"closer", "nearest"},
          "far", new String[] {"farther", "farthest"},
          "early", new String[] {"earlier", "earliest"},
          "little", new String[] {"less", "least"});

  private Degrees() {}

  /** Makes one adjective of an adjective and what says how much of it there is. */
  static void english(List<Piece> pieces) {
    for (int i = 0; i + 1 < pieces.size(); i++) {
      Piece degree = pieces.get(i);
      Piece quality = pieces.get(i + 1);
      if (quality.part() != Part.ADJECTIVE && !quality.is("next") && !quality.is("early")) {
        continue;
      }
      boolean noun = i > 0 && pieces.get(i - 1).noun();
      boolean indefinite = i > 1 && (pieces.get(i - 2).is("a") || pieces.get(i - 2).is("some"));
      boolean most =
          (noun && !indefinite) || (i > 0 && pieces.get(i - 1).english().endsWith("the"));
      if (degree.is("more") && !degree.mark()) {
        pieces.set(i, quality.as(compared(quality.english(), most), Part.ADJECTIVE));
      } else if (degree.is("less")) {
        pieces.set(i, quality.as((most ? "least " : "less ") + quality.english(), Part.ADJECTIVE));
      } else if (noun && (degree.is("very") || degree.is("too") || degree.is("so"))) {
        pieces.set(i, quality.as(degree.english() + " " + quality.english(), Part.ADJECTIVE));
      } else {
        continue;
      }
      pieces.remove(i + 1);
    }
  }

  private static String compared(String quality, boolean most) {
    String[] irregular = IRREGULAR.get(quality);
    if (irregular != null) {
      return irregular[most ? 1 : 0];
    }
    String ending = most ? "est" : "er";
    if (quality.matches("[^aeiou]*[aeiou]+[^aeiou]+e")) {
      return quality + ending.substring(1);
    }
    if (quality.matches("[^aeiou]*[aeiou][^aeiouwxy]")) {
      return quality + quality.charAt(quality.length() - 1) + ending;
    }
    if (quality.matches("[^aeiou]*[aeiou]+[^aeiou]+")) {
      return quality + ending;
    }
    if (quality.matches("[^aeiou]*[aeiou]+[^aeiou]+y")) {
      return quality.substring(0, quality.length() - 1) + "i" + ending;
    }
    return (most ? "most " : "more ") + quality;
  }
}
