package dev.mordomo.model.embedded;

import java.util.List;
import java.util.Set;

/** How English speaks of hours, ages and days: "at eight", "is 70 years old", "on Sunday". */
final class NumberOrder {
  private static final Set<String> DAYS =
      Set.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");

  private static final Set<String> TENS =
      Set.of(
          "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred");

  private NumberOrder() {}

  static void english(List<Piece> pieces) {
    spans(pieces);
    hours(pieces);
    ages(pieces);
  }

  /**
   * "In until two days", "by ten days", "each three days", "some 40": within, for, every, about.
   */
  private static void spans(List<Piece> pieces) {
    for (int i = 0; i + 1 < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      String source = piece.source();
      if (piece.is("in") && source(pieces, i + 1, "até", "hasta")) {
        pieces.remove(i + 1);
        pieces.set(i, piece.as("within"));
      } else if ((source.equals("cada")
              && piece.english().startsWith("each")
              && !piece.is("each one"))
          || (source.equals("a") && piece.is("per"))) {
        pieces.set(i, piece.as("every"));
      } else if (piece.is("and")
          && i > 0
          && TENS.contains(pieces.get(i - 1).english())
          && number(pieces, i + 1)) {
        pieces.remove(i--);
      } else if (!number(pieces, i + 1)) {
        if (source.equals("desde") && pieces.get(i + 1).is("the") && number(pieces, i + 2)) {
          pieces.remove(i + 1);
          pieces.set(i, piece.as("from"));
        }
      } else if (source.equals("por") && piece.part() == Part.FUNCTION) {
        pieces.set(i, piece.as("for"));
      } else if (source.equals("desde")) {
        pieces.set(i, piece.as("from"));
      } else if (piece.is("some")) {
        pieces.set(i, piece.as("about"));
      } else if (piece.is("of")
          && source(pieces, i + 2, "em", "en")
          && number(pieces, i + 3)
          && pieces.get(i + 3).is(pieces.get(i + 1).english())) {
        // De dois em dois dias.
        pieces.remove(i + 3);
        pieces.remove(i + 2);
        pieces.set(i, piece.as("every"));
      }
    }
  }

  private static boolean source(List<Piece> pieces, int i, String one, String other) {
    return i < pieces.size()
        && (pieces.get(i).source().equals(one) || pieces.get(i).source().equals(other));
  }

  /** "Of the eight to the twenty", "to the eight": from eight to twenty, at eight. */
  private static void hours(List<Piece> pieces) {
    for (int i = 0; i + 1 < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      if (piece.is("the") && piece.source().equals("a") && number(pieces, i + 1)) {
        pieces.set(i, piece.as("at"));
        continue;
      }
      boolean dropped = piece.is("to") || piece.is("of");
      if (dropped && pieces.get(i + 1).is("the") && number(pieces, i + 2)) {
        pieces.remove(i + 1);
      }
      if (!number(pieces, i + 1)) {
        continue;
      }
      boolean to = piece.is("to") || piece.is("to the");
      boolean from = piece.is("of") || piece.is("of the") || piece.is("from");
      boolean afterNumber = number(pieces, i - 1);
      if (to && !piece.source().equals("até")) {
        pieces.set(i, piece.as(afterNumber ? "to" : "at"));
      } else if (from
          && (number(pieces, i + 3) || (number(pieces, i + 4) && pieces.get(i + 3).is("the")))) {
        pieces.set(i, piece.as("from"));
      }
    }
  }

  /** "Have 70 years", "the Sunday": is 70 years old, on Sunday. */
  private static void ages(List<Piece> pieces) {
    for (int i = 0; i + 1 < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      if (DAYS.contains(pieces.get(i + 1).english())
          && (piece.is("the") || piece.is("in the") || piece.is("to the"))) {
        pieces.set(i, piece.as("on"));
      } else if (piece.is("have")
          && i + 2 < pieces.size()
          && number(pieces, i + 1)
          && pieces.get(i + 2).is("years")) {
        pieces.set(i, piece.as("is"));
        pieces.set(i + 2, pieces.get(i + 2).as("years old"));
      }
    }
  }

  private static boolean number(List<Piece> pieces, int i) {
    return i >= 0 && i < pieces.size() && English.number(pieces.get(i).english());
  }
}
