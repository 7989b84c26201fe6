package dev.mordomo.model.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Gives verbs the person and tense that English has: breaks, broke, will break, is broken. */
final class Tenses {
  /** What is followed by a bare infinitive. */
  private static final Set<String> AUXILIARIES =
      Set.of(
          "can", "cannot", "could", "must", "should", "may", "will", "would", "to", "let", "do",
          "does", "did", "have to", "want to");

  /** Verbs that "se" does not make passive. */
  private static final Set<String> ACTIVE =
      Set.of(
          ("go come stay fall leave be become feel sit die sleep hurt happen seem"
                  + " remain appear run rise move wake fit stop get arrive live start begin"
                  + " end return work stick scratch regret wash eat drink forget swallow"
                  + " laugh")
              .split(" "));

  /** Small words that are verbs with forms of their own. */
  private static final Set<String> SMALL =
      Set.of("have", "go", "have to", "manage to", "want", "stop");

  private static final Set<String> MOVED =
      Set.of(
          "is", "are", "am", "was", "were", "can", "could", "must", "should", "will", "would",
          "has", "had");

  /** Forms of the auxiliary of the perfect. */
  static final Set<String> PERFECT =
      Set.of("he", "has", "ha", "hemos", "han", "había", "habían", "haya", "hayan");

  private static final Set<String> MODALS =
      Set.of("can", "cannot", "could", "must", "should", "may");

  private Tenses() {}

  /** "Se entregan": are delivered. */
  static List<Piece> passives(List<Piece> foreign) {
    List<Piece> pieces = new ArrayList<>(foreign);
    for (int i = 0; i + 1 < pieces.size(); i++) {
      Piece verb = pieces.get(i + 1);
      if (pieces.get(i).source().equals("se")
          && pieces.get(i).vanishes()
          && verb.part() == Part.VERB
          && !verb.reflexive()
          && !English.auxiliary(verb.english())
          && !ACTIVE.contains(firstWord(verb.english()))) {
        String passive = passive(verb);
        if (!passive.isEmpty()) {
          pieces.set(i + 1, verb.as(passive, Part.EXPRESSION));
        }
      }
    }
    modalPassives(pieces);
    return pieces;
  }

  /** "Se puede editar", "pueden anularse": can be edited, can be canceled. */
  private static void modalPassives(List<Piece> pieces) {
    boolean noun = false;
    for (int i = 0; i + 1 < pieces.size(); i++) {
      Piece modal = pieces.get(i);
      Piece verb = pieces.get(i + 1);
      boolean reflexive =
          modal.source().equals("se") || (i > 0 && pieces.get(i - 1).source().equals("se"));
      boolean carried = noun && verb.source().endsWith("rse");
      if (MODALS.contains(modal.english())
          && verb.infinitive()
          && verb.part() == Part.VERB
          && !verb.reflexive()
          && (reflexive || carried)
          && !ACTIVE.contains(firstWord(verb.english()))
          && (i + 2 == pieces.size() || !object(pieces.get(i + 2)))) {
        pieces.set(
            i + 1,
            new Piece(
                verb.source(),
                "be " + English.participle(verb.english()),
                Part.EXPRESSION,
                false,
                false));
      }
      noun = modal.noun() || (noun && modal.vanishes());
    }
  }

  private static boolean object(Piece piece) {
    return piece.noun()
        || piece.part() == Part.ADJECTIVE
        || piece.is("the")
        || piece.is("a")
        || piece.is("your");
  }

  private static String firstWord(String english) {
    int space = english.indexOf(' ');
    return space < 0 ? english : english.substring(0, space);
  }

  private static String passive(Piece verb) {
    String participle = English.participle(verb.english());
    boolean many = verb.source().endsWith("n") || verb.source().endsWith("m");
    return switch (verb.form()) {
      case THIRD -> "is " + participle;
      case THEY -> "are " + participle;
      case PAST -> (many ? "were " : "was ") + participle;
      case FUTURE -> "will be " + participle;
      case CONDITIONAL -> "would be " + participle;
      case BASE -> "";
    };
  }

  /** Inflects each verb, and puts "not" after an auxiliary or "do" before it. */
  static void english(List<Piece> pieces) {
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      Piece before = i > 0 ? pieces.get(i - 1) : piece;
      boolean negated = i > 0 && before.is("not");
      if (negated && MOVED.contains(firstWord(piece.english()))) {
        String first = firstWord(piece.english());
        String rest = piece.english().substring(first.length());
        pieces.set(i - 1, before.as(first.equals("can") ? "cannot" : first + " not"));
        pieces.set(i, piece.as(rest.strip(), Part.EXPRESSION));
        if (rest.isEmpty()) {
          pieces.remove(i--);
        }
      } else if (inflects(piece)) {
        if (negated && PERFECT.contains(piece.source())) {
          pieces.set(i - 1, before.as(inflected(piece) + " not"));
          pieces.remove(i--);
        } else if (negated) {
          pieces.set(i - 1, before.as(negation(piece.form())));
        } else if (i == 0 || !AUXILIARIES.contains(before.english())) {
          pieces.set(i, piece.as(inflected(piece)));
        }
      }
    }
  }

  private static boolean inflects(Piece piece) {
    return !piece.infinitive()
        && !English.auxiliary(piece.english())
        && (piece.part() == Part.VERB
            || (piece.part() == Part.EXPRESSION && piece.form() != VerbForm.BASE)
            || (piece.part() == Part.FUNCTION && SMALL.contains(piece.english())));
  }

  private static String negation(VerbForm form) {
    return switch (form) {
      case BASE, THEY -> "do not";
      case THIRD -> "does not";
      case PAST -> "did not";
      case FUTURE -> "will not";
      case CONDITIONAL -> "would not";
    };
  }

  private static String inflected(Piece verb) {
    String english = verb.english();
    boolean be = firstWord(english).equals("be");
    return switch (verb.form()) {
      case BASE ->
          be && verb.source().matches("sou|estou|tô|soy|estoy")
              ? "am" + english.substring(2)
              : english;
      case THIRD -> English.third(english);
      case THEY -> be ? "are" + english.substring(2) : english;
      case PAST -> English.past(english);
      case FUTURE -> "will " + english;
      case CONDITIONAL -> "would " + english;
    };
  }
}
