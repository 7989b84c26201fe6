package dev.mordomo.model.embedded.extractive.answer;

import dev.mordomo.model.Passage;
import dev.mordomo.model.embedded.extractive.reply.Replies;
import java.util.List;
import java.util.regex.Pattern;

/** Writes quotes as Markdown, each with its citation, framed in the language of the answer. */
final class Quotation {
  private static final Pattern PICTURES = Pattern.compile("[\\p{So}\\p{Cn}\\x{FE0F}]+");

  private final Replies replies;

  Quotation(Replies replies) {
    this.replies = replies;
  }

  /** The quotes, one after the other; each is of one passage. */
  String of(List<List<Unit>> quotes) {
    StringBuilder text = new StringBuilder();
    boolean inline = true;
    for (List<Unit> quote : quotes) {
      boolean prose = quote.stream().allMatch(unit -> unit.kind() == Unit.Kind.SENTENCE);
      if (!text.isEmpty()) {
        text.append(prose && inline && !foreign(quote.getFirst()) ? " " : "\n\n");
      }
      inline = prose;
      text.append(one(quote));
    }
    return text.toString();
  }

  private String one(List<Unit> quote) {
    Unit first = quote.getFirst();
    if (first.kind().isCode()) {
      return code(quote);
    }
    if (first.kind() == Unit.Kind.STEP && quote.size() > 1) {
      return said(first, replies.say("answer.steps", title(first))) + list(quote);
    }
    if (first.kind() == Unit.Kind.ITEM && quote.size() > 1) {
      return said(first, replies.say("answer.list", title(first))) + list(quote);
    }
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < quote.size() && !quote.get(at).kind().isCode() && !isListBehind(quote, at)) {
      text.append(text.isEmpty() ? "" : " ").append(sentence(quote.get(at)));
      at++;
    }
    List<Unit> rest = quote.subList(at, quote.size());
    if (!rest.isEmpty()) {
      text.append(rest.getFirst().kind().isCode() ? "\n\n" + fenced(rest) : list(rest));
    }
    return foreign(first) ? language(first) + " " + text : text.toString();
  }

  private static boolean isListBehind(List<Unit> quote, int at) {
    return at > 0 && quote.get(at).kind().isListed();
  }

  private String code(List<Unit> quote) {
    Unit first = quote.getFirst();
    boolean short1 = quote.size() == 1 && first.text().indexOf('\n') < 0;
    String frame =
        first.heading().isEmpty()
            ? replies.say("answer.code", title(first))
            : replies.say("answer.code.in", title(first), plain(first.heading()));
    return short1
        ? frame + " " + span(first.text()) + when(first) + " " + citation(first)
        : said(first, frame) + "\n\n" + fenced(quote);
  }

  /** The frame with the citation before its colon. */
  private static String said(Unit unit, String frame) {
    String words = frame.endsWith(":") ? frame.substring(0, frame.length() - 1) : frame;
    return words + " " + citation(unit) + ":";
  }

  private static String list(List<Unit> items) {
    StringBuilder list = new StringBuilder("\n");
    int number = 1;
    for (Unit item : items) {
      String mark = item.kind() == Unit.Kind.STEP ? number + ". " : "- ";
      list.append('\n').append(mark).append(item.text());
      number++;
    }
    return list.toString();
  }

  private static String fenced(List<Unit> lines) {
    StringBuilder code = new StringBuilder("```");
    lines.forEach(line -> code.append('\n').append(line.text()));
    return code.append("\n```").toString();
  }

  private static String span(String code) {
    return code.contains("`") ? "`` " + code + " ``" : "`" + code + "`";
  }

  private String sentence(Unit unit) {
    String text = foreign(unit) ? "“" + unit.text() + "”" : unit.text();
    return text + when(unit) + " " + citation(unit);
  }

  /** A schedule of cron's in words, beside it. */
  private String when(Unit unit) {
    return Cron.in(unit.text())
        .flatMap(cron -> cron.words(replies))
        .map(words -> " (" + words + ")")
        .orElse("");
  }

  private boolean foreign(Unit unit) {
    String language = unit.passage().language();
    return !unit.kind().isCode()
        && !language.equals(replies.language())
        && replies.find("answer.in." + language).isPresent();
  }

  private String language(Unit unit) {
    return replies.say("answer.in." + unit.passage().language());
  }

  private static String title(Unit unit) {
    Passage passage = unit.passage();
    return plain(passage.title().isEmpty() ? passage.heading() : passage.title());
  }

  /** Without the little pictures that some like in titles. */
  private static String plain(String title) {
    return PICTURES.matcher(title).replaceAll("").strip();
  }

  private static String citation(Unit unit) {
    return "[" + unit.passage().n() + "]";
  }
}
