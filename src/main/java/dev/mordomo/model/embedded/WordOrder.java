package dev.mordomo.model.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The little grammar that a gloss needs to look like the English that MiniLM was trained on: an
 * adjective before its noun, a pronoun after its verb, "to pay" and "without paying", one article,
 * one negation.
 */
final class WordOrder {
  private static final Set<String> POSSESSIVES =
      Set.of("my", "your", "his", "her", "its", "our", "their");
  private static final Set<String> OBJECTS = Set.of("me", "us", "it", "them", "him", "you");
  private static final Set<String> CLITICS =
      Set.of(
          "me", "te", "lo", "la", "los", "las", "le", "les", "nos", "lhe", "lhes", "o", "a", "os",
          "as");
  private static final Set<String> BARE =
      Set.of(
          "can",
          "cannot",
          "could",
          "must",
          "should",
          "may",
          "will",
          "would",
          "let",
          "make",
          "have to",
          "want to",
          "is it possible to",
          "is it possible",
          "be able to",
          "go",
          "do",
          "manage to",
          "would like");
  private static final Set<String> GERUND =
      Set.of(
          "without", "before", "after", "when", "instead of", "by", "in", "until", "upon", "stop");
  private static final Set<String> NEGATIONS =
      Set.of("not", "cannot", "never", "without", "no longer", "nobody", "there is no");
  private static final Set<String> FUTURE =
      Set.of("vou", "vai", "vais", "vamos", "vão", "voy", "vas", "va", "van");

  /** Verbs after which "to" is said in English too. */
  private static final Set<String> TOWARD =
      Set.of(
          ("go come return arrive get take bring carry send give move travel walk drive ride belong"
               + " add apply access agree respond answer talk speak listen write lend deliver tell"
               + " say show transfer connect invite begin continue learn correspond refer enter run"
               + " fall open lead look pay sell offer reach switch change attach assign happen")
              .split(" "));

  private static final Set<String> NOR = Set.of("ni", "nem");

  private static final int NEGATED = 5;

  /** "Me cobraba": to whom it is done is another, more often than not. */
  private static final Pattern IMPERFECT = Pattern.compile(".*(aba|ava|ía|ia)");

  private static final Pattern PARTICIPLE =
      Pattern.compile(".+([ai]d|uest|uelt|rit|iert|ert|rot|feit|hech|post)[oa]s?");
  private static final Set<String> PREPOSITIONS =
      Set.of(
          ("a al ao aos à às de del do da dos das em en no na nos nas por pelo pela pelos pelas com"
                  + " con para pra desde hasta até sin sem sobre bajo sob entre tras após antes"
                  + " después durante según")
              .split(" "));

  private static final Pattern LET = Pattern.compile("dei?x.*|dej.*");
  private static final int LET_REACH = 5;
  private static final Set<String> LET_STOP =
      Set.of("without", "for", "to", "of", "when", "before", "after", "if", "that", "and");

  private WordOrder() {}

  static List<Piece> english(List<Piece> foreign) {
    List<Piece> pieces = new ArrayList<>(foreign.size());
    for (Piece piece : Tenses.passives(foreign)) {
      if (!piece.vanishes()) {
        pieces.add(piece);
      }
    }
    articles(pieces);
    pronouns(pieces);
    infinitives(pieces);
    Degrees.english(pieces);
    adjectives(pieces);
    negations(pieces);
    NumberOrder.english(pieces);
    people(pieces);
    possible(pieces);
    modals(pieces);
    Tenses.english(pieces);
    return pieces;
  }

  /** "The my order", "of the my order": a possessive needs no article. */
  private static void articles(List<Piece> pieces) {
    for (int i = 1; i < pieces.size(); i++) {
      // "The cistern it leaks": the expression says "it" for want of a subject.
      Piece piece = pieces.get(i);
      if (piece.english().startsWith("it ") && pieces.get(i - 1).noun()) {
        pieces.set(i, piece.as(piece.english().substring(3)));
      }
    }
    for (int i = 0; i + 1 < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      if (POSSESSIVES.contains(pieces.get(i + 1).english())) {
        if (piece.is("the")) {
          pieces.remove(i);
        } else if (piece.part() == Part.FUNCTION && piece.english().endsWith(" the")) {
          pieces.set(i, piece.as(withoutThe(piece.english())));
        }
      }
    }
  }

  private static String withoutThe(String english) {
    return english.substring(0, english.length() - " the".length());
  }

  /** "Me send the code": the pronoun comes after the verb. */
  private static void pronouns(List<Piece> pieces) {
    for (int i = 0; i + 1 < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      if (!OBJECTS.contains(piece.english()) || !CLITICS.contains(piece.source())) {
        continue;
      }
      Piece next = pieces.get(i + 1);
      boolean toHimself =
          next.part() == Part.EXPRESSION && !next.infinitive() && reflexive(piece, next);
      int infinitive = underModal(pieces, i + 1);
      if (Tenses.PERFECT.contains(next.source()) && i + 2 < pieces.size()) {
        // "Me he quedado", "me han cobrado": the pronoun belongs to the participle.
        pieces.remove(i);
        if (!reflexive(piece, next)) {
          object(pieces, piece, i + 2);
        }
        continue;
      }
      if (toHimself || next.is("keep")) {
        pieces.remove(i);
      } else if (infinitive > 0) {
        // "Me van a cobrar": will charge me.
        pieces.remove(i);
        if (!reflexive(piece, next) && !phrase(pieces.get(infinitive - 1))) {
          pieces.add(infinitive, piece);
        }
      } else if (i + 2 < pieces.size()
          && OBJECTS.contains(next.english())
          && CLITICS.contains(next.source())
          && pieces.get(i + 2).part() == Part.VERB) {
        // "Me lo recetó": prescribed it.
        pieces.remove(i);
        pieces.set(i, pieces.get(i + 1));
        pieces.set(i + 1, next);
        i++;
      } else if (next.part() == Part.VERB) {
        pieces.set(i, pieces.get(i + 1));
        if (reflexive(piece, pieces.get(i))) {
          pieces.remove(i + 1);
          continue;
        }
        // "Me robaron la cartera": my wallet. In Portuguese, "me devolve a caução".
        String own = piece.is("me") ? "my" : piece.is("us") ? "our" : piece.is("you") ? "your" : "";
        String verb = pieces.get(i).english();
        if (!own.isEmpty() && verb.contains(" the ")) {
          // "Me anularon la reserva": an expression that has its object with it.
          pieces.set(i, pieces.get(i).as(verb.replace(" the ", " " + own + " ")));
          pieces.remove(i + 1);
        } else if (!own.isEmpty() && i + 2 < pieces.size() && pieces.get(i + 2).is("the")) {
          pieces.set(i + 2, pieces.get(i + 2).as(own));
          pieces.remove(i + 1);
        } else if (phrase(pieces.get(i))) {
          pieces.remove(i + 1);
        } else {
          pieces.set(i + 1, piece);
        }
        i++;
      }
    }
  }

  /** Puts a pronoun behind its verb, as a possessive if the object follows. */
  private static void object(List<Piece> pieces, Piece pronoun, int at) {
    String own =
        pronoun.is("me") ? "my" : pronoun.is("us") ? "our" : pronoun.is("you") ? "your" : "";
    if (!own.isEmpty() && at < pieces.size() && pieces.get(at).is("the")) {
      pieces.set(at, pieces.get(at).as(own));
    } else if (!phrase(pieces.get(at - 1))) {
      pieces.add(at, pronoun);
    }
  }

  /** "Cut off the supply me": what has its object in itself. */
  private static boolean phrase(Piece verb) {
    return verb.english().indexOf(' ') > 0;
  }

  /** Where the infinitive stands that an auxiliary at a place governs, or 0. */
  private static int underModal(List<Piece> pieces, int modal) {
    if (!FUTURE.contains(pieces.get(modal).source())
        && !BARE.contains(pieces.get(modal).english())) {
      return 0;
    }
    int i = modal + 1;
    if (i < pieces.size() && pieces.get(i).is("to")) {
      i++;
    }
    return i < pieces.size() && pieces.get(i).infinitive() ? i : 0;
  }

  /** "Me voy", "nos quedamos": whoever does it does it to himself, which English does not say. */
  private static boolean reflexive(Piece pronoun, Piece verb) {
    String form = verb.source();
    return !pronoun.source().equals("se")
        && !IMPERFECT.matcher(form).matches()
        && SenseChoice.own(pronoun.source(), form);
  }

  private static void infinitives(List<Piece> pieces) {
    for (int i = 1; i < pieces.size(); i++) {
      Piece verb = pieces.get(i);
      Piece before = pieces.get(i - 1);
      if (!verb.infinitive()) {
        continue;
      }
      if (before.is("go") && FUTURE.contains(before.source())) {
        pieces.set(i - 1, before.as("will"));
      } else if (before.is("to")
          && i > 1
          && pieces.get(i - 2).is("go")
          && FUTURE.contains(pieces.get(i - 2).source())) {
        pieces.set(i - 2, pieces.get(i - 2).as("will"));
        pieces.remove(--i);
      } else if (before.source().equals("para") || before.source().equals("pra")) {
        pieces.set(i - 1, before.as("to"));
      } else if (before.source().equals("al") || before.source().equals("ao")) {
        pieces.set(i - 1, before.as("when"));
        pieces.set(i, verb.as(English.gerund(verb.english())));
      } else if (before.is("of")) {
        boolean afterNoun = i > 1 && pieces.get(i - 2).part() == Part.NOUN;
        if (afterNoun) {
          pieces.set(i, verb.as(English.gerund(verb.english())));
        } else {
          pieces.set(i - 1, before.as("to"));
        }
      } else if (GERUND.contains(before.english())
          || (before.is("for") && before.source().equals("por"))) {
        pieces.set(i, verb.as(English.gerund(verb.english())));
      } else if (before.part() == Part.VERB && !BARE.contains(before.english())) {
        pieces.set(i, verb.as("to " + verb.english()));
      }
    }
  }

  /** "Space public": each adjective goes before the noun that it follows, the last first. */
  private static void adjectives(List<Piece> pieces) {
    for (int i = 1; i < pieces.size(); i++) {
      if (adjective(pieces, i)) {
        int noun = i - 1;
        int end = i;
        while (end < pieces.size() && adjective(pieces, end)) {
          end++;
        }
        if (pieces.get(noun).noun()) {
          for (int k = i; k < end; k++) {
            pieces.add(noun, pieces.remove(k));
          }
        }
        i = end;
      }
    }
  }

  /**
   * Also a participle that says no more: the associated universities, but "painted on the wall".
   */
  private static boolean adjective(List<Piece> pieces, int i) {
    Piece piece = pieces.get(i);
    return piece.part() == Part.ADJECTIVE
        || (piece.part() == Part.EXPRESSION
            && PARTICIPLE.matcher(piece.source()).matches()
            && piece.english().indexOf(' ') < 0
            && (i + 1 == pieces.size() || !PREPOSITIONS.contains(pieces.get(i + 1).source())));
  }

  /** "Not find no place": one negation is enough. */
  private static void negations(List<Piece> pieces) {
    int since = NEGATED + 1;
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      if (piece.mark()) {
        since = NEGATED + 1;
      } else if (since <= NEGATED) {
        switch (piece.english()) {
          case "no" -> pieces.set(i, piece.as("any"));
          case "nothing" -> pieces.set(i, piece.as("anything"));
          case "nobody" -> pieces.set(i, piece.as("anybody"));
          case "never" -> pieces.set(i, piece.as("ever"));
          case "neither" -> pieces.set(i, piece.as(NOR.contains(piece.source()) ? "or" : "either"));
          default -> {}
        }
      }
      since = NEGATIONS.contains(piece.english()) ? 0 : since + 1;
    }
  }

  /** "Receive to the neighbors": before a person, Spanish has a preposition that says nothing. */
  private static void people(List<Piece> pieces) {
    for (int i = 1; i + 1 < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      Piece before = pieces.get(i - 1);
      if (before.part() == Part.VERB
          && !TOWARD.contains(before.english())
          && !English.number(pieces.get(i + 1).english())
          && !pieces.get(i + 1).infinitive()) {
        if (piece.is("to") && piece.source().equals("a")) {
          pieces.remove(i);
        } else if (piece.is("to the") && piece.source().equals("al")) {
          pieces.set(i, piece.as("the"));
        }
      }
    }
  }

  /** "The exit is it possible": asked only at the start. */
  private static void possible(List<Piece> pieces) {
    for (int i = 1; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      if (piece.english().startsWith("is it possible") && !pieces.get(i - 1).mark()) {
        pieces.set(i, piece.as("is possible" + piece.english().substring(14)));
      } else if (piece.is("is it allowed to") && !pieces.get(i - 1).mark()) {
        pieces.set(i, piece.as("is allowed"));
      }
    }
  }

  /** "Leave me enter": let; "have to a permit": need. */
  private static void modals(List<Piece> pieces) {
    for (int i = 0; i + 1 < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      if (piece.is("have to") && piece.part() == Part.FUNCTION && !verbNext(pieces.get(i + 1))) {
        pieces.set(i, piece.as("need"));
      } else if (piece.is("leave") && LET.matcher(piece.source()).matches()) {
        let(pieces, i);
      }
    }
  }

  private static void let(List<Piece> pieces, int i) {
    for (int k = i + 1; k < Math.min(pieces.size(), i + LET_REACH); k++) {
      Piece next = pieces.get(k);
      if (next.mark() || next.part() == Part.ADVERB || LET_STOP.contains(next.english())) {
        return;
      }
      if (next.infinitive()) {
        pieces.set(i, pieces.get(i).as("let"));
        pieces.set(k, next.as(next.english().replaceFirst("^to ", "")));
        return;
      }
    }
  }

  private static boolean verbNext(Piece piece) {
    return piece.infinitive()
        || piece.part() == Part.VERB
        || piece.part() == Part.EXPRESSION
        || piece.source().matches(".*[aeiáéí]r(se|me|te|lo|la|los|las|nos|le|les|-.+)?");
  }
}
