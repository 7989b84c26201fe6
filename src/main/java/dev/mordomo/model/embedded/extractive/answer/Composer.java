package dev.mordomo.model.embedded.extractive.answer;

import dev.mordomo.model.embedded.extractive.reply.Replies;
import dev.mordomo.model.embedded.extractive.words.Word;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** Makes an answer of the best units: what is quoted, in which order, and in what frame. */
final class Composer {
  private static final double CLOSE = 0.8;
  private static final double CLOSE_BESIDE = 1.2;
  private static final int MOST_STEPS = 12;
  private static final int MOST_CODE_LINES = 10;
  private static final int MOST_FOLLOWING = 2;
  private static final Pattern SQL =
      Pattern.compile(
          "(?i)^\\s*(SELECT|UPDATE|DELETE|INSERT|WITH|FROM|WHERE|AND|JOIN|GROUP BY|ORDER"
              + " BY|SET)\\b");

  private final String question;
  private final QuestionKind kind;
  private final Replies replies;
  private final Quotation quotation;

  Composer(Replies replies, String question, QuestionKind kind) {
    this.question = question;
    this.replies = replies;
    this.kind = kind;
    this.quotation = new Quotation(replies);
  }

  /**
   * The answer, or that there is none.
   *
   * @param ranked the best units, best first
   * @param all every unit of the passages, for what stands around the best
   */
  Answer compose(List<Scored> ranked, List<Unit> all) {
    int asked = (int) Words.of(question).list().stream().filter(Composer::isWord).count();
    double confidence = Confidence.of(ranked, asked);
    if (!Confidence.isWorthShowing(confidence)) {
      return new Answer(replies.say("nothing"), 1 - confidence);
    }
    List<List<Unit>> quotes = new ArrayList<>();
    for (Scored scored : chosen(ranked)) {
      add(quotes, widened(scored.unit(), all, quotes.isEmpty()));
    }
    String text = quotation.of(quotes);
    return Confidence.suffices(confidence)
        ? new Answer(text, confidence)
        : new Answer(replies.say("answer.unsure") + "\n\n" + text, confidence);
  }

  private static boolean isWord(Word word) {
    return word.isLetters() || word.isNumber();
  }

  /** Sentences of one paragraph go together, in its order; nothing is said twice. */
  private static void add(List<List<Unit>> quotes, List<Unit> quote) {
    Unit first = quote.getFirst();
    for (List<Unit> earlier : quotes) {
      if (overlap(earlier, quote)) {
        return;
      }
      if (isProse(earlier) && isProse(quote) && isBeside(earlier.getFirst(), first)) {
        earlier.addAll(quote);
        earlier.sort(Comparator.comparingInt(Unit::place));
        return;
      }
    }
    quotes.add(new ArrayList<>(quote));
  }

  private static boolean isProse(List<Unit> quote) {
    return quote.stream().allMatch(unit -> unit.kind() == Unit.Kind.SENTENCE);
  }

  private static boolean isBeside(Unit one, Unit two) {
    return one.passage().equals(two.passage()) && one.group() == two.group();
  }

  private List<Scored> chosen(List<Scored> ranked) {
    int most = kind.isFact() ? 2 : 3;
    Scored best = ranked.getFirst();
    return ranked.stream()
        .filter(scored -> isClose(scored, best))
        .filter(scored -> !foreign(scored) || foreign(best))
        .limit(most)
        .toList();
  }

  private boolean foreign(Scored scored) {
    Unit unit = scored.unit();
    return !unit.kind().isCode() && !unit.passage().language().equals(replies.language());
  }

  /** About as good; a neighbour of the best may be somewhat worse. */
  private static boolean isClose(Scored scored, Scored best) {
    boolean beside = isBeside(scored.unit(), best.unit());
    return scored.score() >= best.score() - (beside ? CLOSE_BESIDE : CLOSE);
  }

  private static boolean overlap(List<Unit> one, List<Unit> two) {
    return one.stream().anyMatch(unit -> two.stream().anyMatch(more -> overlap(unit, more)));
  }

  private static boolean overlap(Unit one, Unit two) {
    return one.text().contains(two.text()) || two.text().contains(one.text());
  }

  /** A unit with what it needs beside it. */
  private List<Unit> widened(Unit unit, List<Unit> all, boolean first) {
    if (unit.kind() == Unit.Kind.CODE_LINE && CodeUnits.isComment(unit.text())) {
      return commented(unit, all);
    }
    if (unit.text().endsWith(":")) {
      return announced(unit, all);
    }
    if (unit.kind() == Unit.Kind.CODE_LINE && SQL.matcher(unit.text()).find()) {
      return statement(unit, all);
    }
    if (kind == QuestionKind.LIST && first && unit.kind().isListed()) {
      return group(unit, all).stream()
          .filter(u -> u.kind() == unit.kind())
          .limit(MOST_STEPS)
          .toList();
    }
    boolean explains = first && !kind.isFact() && kind != QuestionKind.COMMAND;
    if (explains && unit.kind() == Unit.Kind.STEP) {
      return group(unit, all).stream().limit(MOST_STEPS).toList();
    }
    return explains && unit.kind() == Unit.Kind.SENTENCE ? following(unit, all) : List.of(unit);
  }

  /** A line of a query with the query. */
  private static List<Unit> statement(Unit line, List<Unit> all) {
    return group(line, all).stream()
        .filter(unit -> unit.kind() == Unit.Kind.CODE_BLOCK)
        .filter(unit -> SQL.matcher(unit.text()).find() && unit.text().contains(line.text()))
        .filter(unit -> unit.text().indexOf(';') < 0 || unit.text().stripTrailing().endsWith(";"))
        .findFirst()
        .map(List::of)
        .orElse(List.of(line));
  }

  /** A comment with the code that it explains. */
  private static List<Unit> commented(Unit comment, List<Unit> all) {
    List<Unit> lines = new ArrayList<>();
    for (Unit line : group(comment, all)) {
      boolean after = line.place() > comment.place() && line.kind() == Unit.Kind.CODE_LINE;
      if (after && (CodeUnits.isComment(line.text()) || lines.size() >= MOST_CODE_LINES)) {
        break;
      }
      if (after || line.equals(comment)) {
        lines.add(line);
      }
    }
    return lines;
  }

  /** "Like this:" with what comes behind it. */
  private static List<Unit> announced(Unit lead, List<Unit> all) {
    List<Unit> quote = new ArrayList<>(List.of(lead));
    all.stream()
        .filter(unit -> unit.passage().equals(lead.passage()) && unit.place() == lead.place() + 1)
        .findFirst()
        .ifPresent(next ->
            group(next, all).stream()
                .filter(unit -> unit.kind() != Unit.Kind.CODE_BLOCK)
                .limit(MOST_STEPS)
                .forEach(quote::add));
    return quote;
  }

  /** The sentences that follow in the paragraph; of one that announces, what it announces. */
  private static List<Unit> following(Unit sentence, List<Unit> all) {
    List<Unit> quote = new ArrayList<>(List.of(sentence));
    for (Unit next : group(sentence, all)) {
      if (next.place() > sentence.place() && quote.size() <= MOST_FOLLOWING) {
        quote.addAll(next.text().endsWith(":") ? announced(next, all) : List.of(next));
      }
    }
    return quote;
  }

  private static List<Unit> group(Unit unit, List<Unit> all) {
    return all.stream()
        .filter(other -> other.group() == unit.group() && other.passage().equals(unit.passage()))
        .toList();
  }
}
