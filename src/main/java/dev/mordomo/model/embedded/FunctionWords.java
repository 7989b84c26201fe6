package dev.mordomo.model.embedded;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The small words whose English depends on what stands beside them. */
final class FunctionWords {
  private static final Pattern GOING = Pattern.compile("a|ao|à|al|para|pra|embora|.+ar");

  private static final Set<String> AUXILIARIES =
      Set.of(
          ("puedo puede pueden podemos puedes quiero quiere quieren tengo tiene tienen voy va van"
               + " vas vamos debo debe deben he ha han hemos había podría podrían está están estoy"
               + " estaba estaban")
              .split(" "));
  private static final Set<String> SHORT_VERBS =
      Set.of("ir", "ser", "ter", "ver", "dar", "vir", "pôr");
  private static final Pattern ABOUT =
      Pattern.compile(
          "(informaç|informaci|pergunta|pregunta|dúvida|duda|fala|habla|queixa|queja|reclam|saber"
              + "|aprend|livro|libro|palestra|charla|dados|datos|avis|consulta|opini|notícia|noticia"
              + "|curso|conversa|discut|regra|norma|lei|ley|pensa|imposto|impuesto|taxa|decis|decid).*|que");
  private static final Pattern MUCH = Pattern.compile("(muit|much|pouc|poc|tant|quant)[oa]s?");
  private static final Set<String> CLITICS = Set.of("me", "nos", "te", "lhe");
  private static final Set<String> INTO =
      Set.of("em", "no", "na", "nos", "nas", "en", "con", "com", "a", "al", "ao", "à");
  private static final Pattern SINCE =
      Pattern.compile(
          "ayer|ontem|entonces|então|que|cuándo|quando|hace|há|enero|febrero|marzo|abril|mayo|junio"
              + "|julio|agosto|septiembre|octubre|noviembre|diciembre|janeiro|fevereiro|março|maio"
              + "|junho|julho|setembro|outubro|novembro|dezembro");
  private static final Set<String> A = Set.of("un", "una", "um", "uma");
  private static final Set<String> EACH = Set.of("cada", "un", "una", "um", "uma");
  private static final Set<String> FEMININE =
      Set.of("mano", "foto", "moto", "radio", "nao", "polio", "libido", "dinamo");
  private static final Pattern PERSON = Pattern.compile(".*([aeo]|[ae]n|mos|é|ó)");
  private static final Pattern SINGULAR = Pattern.compile("que|de|en|una?|otro|cual|.*ción");
  private static final Pattern STATE =
      Pattern.compile("(libre|pendiente|exent[oa]|list[oa]|vací[oa]|fij[oa]|desiert[oa])s?");
  private static final Set<String> ITSELF = Set.of("se", "me", "te", "nos");
  private static final Map<String, String> LEFT =
      Map.of(
          "quedan",
          "are",
          "quedó",
          "was",
          "quedaron",
          "were",
          "quedará",
          "will be",
          "quedarán",
          "will be");
  private static final Set<String> DEBTS = Set.of("algo", "dinero", "plata", "nada", "dinheiro");
  private static final Pattern INFINITIVE = Pattern.compile(".*([aei]r|rse|r(l[aeo]s?|me|te|nos))");
  private static final Set<String> THEN = Set.of("que", "de", "como", "a", "o", "as", "os");

  private static final Pattern FINITE = Pattern.compile(".*[aeo]m?|.*[eiou]u");
  private static final Set<String> SUBJECTS =
      Set.of(
          "o", "os", "as", "um", "uma", "você", "eu", "ele", "ela", "eles", "elas", "não", "meu",
          "minha", "seu", "sua", "for", "forem", "houver", "algum", "alguma", "alguém", "nada",
          "isso", "este", "esta", "já", "nós", "a");
  private static final Pattern CONDITION =
      Pattern.compile(".*([ae]r|ir|[aei]rem|[aei]rmos|quiser|tiver|estiver|vier|fizer|puder|der)");

  private final boolean portuguese;
  private final Neighbours neighbours;

  FunctionWords(String language, Neighbours neighbours) {
    this.portuguese = language.equals("pt");
    this.neighbours = neighbours;
  }

  /**
   * The English of a small word in its place, or nothing when it has one meaning everywhere.
   *
   * @param before the word before it, "" at the start of a clause
   * @param after the word after it, or ""
   * @param afterNext the word after that, or ""
   * @param beforeVerb whether a verb follows, and nothing but a verb
   * @param begins whether it is the first word of the sentence
   * @param question whether the sentence has a question mark
   */
  Optional<String> english(
      String word,
      String before,
      String after,
      String afterNext,
      boolean beforeVerb,
      boolean begins,
      boolean question) {
    boolean start = before.isEmpty();
    boolean asks = start || neighbours.asking(before);
    // "A pagar" is a preposition and what follows it; a pronoun stands before a form with a person.
    boolean pronoun =
        (beforeVerb || (!portuguese && AUXILIARIES.contains(after)))
            && (!start || !portuguese)
            && !neighbours.preposition(before)
            && !after.endsWith("r")
            && !Inflection.looksLikeParticiple(after);
    if (pronoun(word, before, after)) {
      return Optional.of(word.endsWith("s") ? "them" : "it");
    }
    return switch (word) {
      case "se" -> {
        // "O que se diz": what is said.
        boolean mayAsk = asks && !(before.equals("que") && beforeVerb);
        yield Optional.of(portuguese && (mayAsk || conditional(after, beforeVerb)) ? "if" : "");
      }
      case "nos" -> Optional.of(!portuguese || beforeVerb ? "us" : "in the");
      case "a" ->
          portuguese && ((beforeVerb && after.endsWith("r")) || SHORT_VERBS.contains(after))
              ? Optional.of("to")
              : pronoun && portuguese ? Optional.of("it") : Optional.empty();
      case "muito" ->
          after.isEmpty() || neighbours.preposition(after)
              ? Optional.of("a lot")
              : Optional.empty();
      // "Queda libre", "quedan excluidos": is, are.
      case "queda", "quedan", "quedó", "quedaron", "quedará", "quedarán" ->
          !portuguese && !ITSELF.contains(before) && state(after)
              ? Optional.of(LEFT.getOrDefault(word, "is"))
              : Optional.empty();
      // "Nos vamos a separar": nobody leaves.
      case "voy", "vas", "va", "vamos", "van" ->
          !portuguese && verb(afterNext) && after.equals("a")
              ? Optional.of("go")
              : Optional.empty();
      // "Le di la llave a mi vecino": to whom is mostly said again, or was before.
      case "le", "les" -> portuguese ? Optional.empty() : Optional.of("");
      case "lo", "la" -> pronoun ? Optional.of("it") : Optional.empty();
      case "os", "as", "los", "las" -> pronoun ? Optional.of("them") : Optional.empty();
      case "que" -> {
        boolean after2 = neighbours.preposition(before);
        boolean what = begins || (after2 && question && (portuguese || !before.equals("de")));
        yield what
            ? Optional.of("what")
            : after2
                ? Optional.of(before.equals("de") ? "that" : "which")
                : start ? Optional.of("which") : Optional.empty();
      }
      case "entre" ->
          (begins && INTO.contains(after)) || after.equals("al") || after.equals("en")
              ? Optional.of("enter")
              : Optional.empty();
      case "consigo", "consigue", "conseguimos", "consiguen", "consegue" ->
          after.endsWith("r") || after.endsWith("rse") || after.isEmpty()
              ? Optional.empty()
              : Optional.of("get");
      case "tem" ->
          begins && question && !THEN.contains(after) ? Optional.of("is there") : Optional.empty();
      case "debe",
          "deben",
          "debo",
          "deba",
          "deban",
          "debas",
          "debes",
          "debemos",
          "deve",
          "devem",
          "devo",
          "deves",
          "devemos",
          "deberá",
          "deberán",
          "deverá",
          "deverão" ->
          after.endsWith("r") || after.endsWith("rse") || after.equals("de")
              ? Optional.of("must")
              : owed(after) ? Optional.of("owe") : Optional.empty();
      case "debería", "deberían", "deberías", "deveria", "deveriam", "devia" ->
          Optional.of("should");
      case "como" -> {
        // After a comma it asks only in a question.
        boolean how = (asks || neighbours.preposition(before)) && (question || !start);
        yield Optional.of(begins || how ? "how" : "as");
      }
      // Typed without its accent, "está" is followed by what a demonstrative is not.
      case "esta" ->
          neighbours.article(after) || neighbours.preposition(after)
              ? Optional.of("is")
              : Optional.empty();
      // The same form of "to be" and "to go"; the second is followed by where to, or what for.
      case "foi", "fui", "foram", "fue", "fueron" ->
          Optional.of(before.equals("se") ? "left" : GOING.matcher(after).matches() ? "go" : "was");
      case "for", "forem", "formos", "fosse", "fossem" ->
          Optional.of(GOING.matcher(after).matches() ? "go" : "be");
      case "todo", "toda" ->
          portuguese
                  && after.length() > 2
                  && !neighbours.article(after)
                  && !neighbours.preposition(after)
              ? Optional.of("every")
              : Optional.empty();
      case "sobre" -> {
        // "Un sobre" is an envelope.
        boolean about = start || ABOUT.matcher(before).matches();
        yield neighbours.determiner(before)
            ? Optional.empty()
            : Optional.of(about ? "about" : "on");
      }
      case "faz", "hace" ->
          neighbours.number(after) && !MUCH.matcher(after).matches()
              ? Optional.of("for")
              : Optional.empty();
      case "lleva", "llevan", "llevo", "llevamos" ->
          neighbours.number(after) && !MUCH.matcher(after).matches()
              ? Optional.of("has been for")
              : Optional.empty();
      case "sigue",
          "siguen",
          "sigo",
          "sigues",
          "seguimos",
          "siguió",
          "siguieron",
          "continua",
          "continuam",
          "continuo" ->
          after.endsWith("ndo") || CLITICS.contains(after) ? Optional.of("keep") : Optional.empty();
      case "desde" -> Optional.of(SINCE.matcher(after).matches() ? "since" : "from");
      case "hasta", "até" ->
          neighbours.number(after) || A.contains(after) ? Optional.of("up to") : Optional.empty();
      case "por" ->
          neighbours.number(after) || EACH.contains(after) || (!portuguese && verb(after))
              ? Optional.of("for")
              : Optional.empty();
      // "La dejo sola", "vive solo": at the end of a clause it is no "only".
      case "solo" ->
          !portuguese && !start && after.isEmpty() ? Optional.of("alone") : Optional.empty();
      case "há" -> Optional.of(neighbours.number(after) ? "for" : "there is");
      case "hay" -> Optional.of(begins && question ? "is there" : "there is");
      default -> Optional.empty();
    };
  }

  /** "Cómo la limpio", "ya los lavo": an article would agree with its noun. */
  boolean pronoun(String word, String before, String after) {
    if (portuguese) {
      return false;
    }
    boolean alone =
        !before.isEmpty() && !neighbours.preposition(before) && !neighbours.number(after);
    return switch (word) {
      case "la" -> alone && after.length() > 2 && after.endsWith("o") && !FEMININE.contains(after);
      case "los", "las" ->
          alone
              && after.length() > 3
              && PERSON.matcher(after).matches()
              && !SINGULAR.matcher(after).matches();
      default -> false;
    };
  }

  private static boolean state(String word) {
    return word.length() > 4
        && (Inflection.looksLikeParticiple(word) || STATE.matcher(word).matches());
  }

  /** Whether what follows a form of "deber" is an amount or a thing. */
  private boolean owed(String after) {
    return neighbours.determiner(after)
        || neighbours.number(after)
        || DEBTS.contains(after)
        || MUCH.matcher(after).matches();
  }

  private static boolean verb(String word) {
    return word.length() > 3 && INFINITIVE.matcher(word).matches();
  }

  /** "…se o nome…", "…se for…", "…se quiser": what a reflexive verb would not follow. */
  private static boolean conditional(String after, boolean beforeVerb) {
    return SUBJECTS.contains(after)
        || CONDITION.matcher(after).matches()
        || (!beforeVerb && !after.isEmpty() && !FINITE.matcher(after).matches());
  }
}
