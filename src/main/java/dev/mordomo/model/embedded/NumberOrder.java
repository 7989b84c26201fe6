package dev.mordomo.model.embedded;

import java.util.List;
import java.util.Set;

/** How English speaks of hours, ages and days: "at eight", "is 70 years old", "on Sunday". */
final class NumberOrder {
  private static final Set<String> DAYS =
      Set.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");

  private NumberOrder() {}

  static void english(List<Piece> pieces) {
    hours(pieces);
    ages(pieces);
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
