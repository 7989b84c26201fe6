package dev.mordomo.model.embedded;

import java.util.Set;
import java.util.regex.Pattern;

/** Person and tense of a verb, as far as its English differs by them. */
enum VerbForm {
  /** A noun, a command, an infinitive, a first or second person, a subjunctive. */
  BASE,
  THIRD,
  THEY,
  PAST,
  FUTURE,
  CONDITIONAL;

  private static final Pattern INFINITIVE = Pattern.compile(".*[aeio]r");
  private static final Pattern REFLEXIVE = Pattern.compile("(?<=r)-?se$");
  private static final Pattern NO_COMMAND = Pattern.compile(".*(ia[mn]?|r[ao]n?|ida)");
  private static final Pattern FUTURE_ENDING = Pattern.compile("(ei|e|a|as|emos|ao|an|eis)");
  private static final Pattern CONDITIONAL_ENDING = Pattern.compile("ia(s|mos|m|n|is)?");
  private static final Pattern PORTUGUESE_AR_PAST =
      Pattern.compile("ou|ei|aste|astes|aram|ava|avas|avam|avamos");
  private static final Pattern PORTUGUESE_ER_PAST =
      Pattern.compile("eu|iu|i|este|estes|iste|eram|iram|ia|ias|iam|iamos");
  private static final Pattern SPANISH_AR_PAST =
      Pattern.compile("aste|asteis|aron|aba|abas|aban|abamos");
  private static final Pattern SPANISH_ER_PAST =
      Pattern.compile("iste|isteis|ieron|yeron|ia|ias|ian|iamos|io|yo");

  /** The pasts of verbs whose stems change. */
  private static final Pattern PORTUGUESE_PAST =
      Pattern.compile(
          ".*(quei|guei|cei)"
              + "|(man|con|ob|de|re|entre|abs|sus|dis|com|ex|im|pro|su|o|inter|pre|des|satis|sobre|a)?"
              + "(tive|teve|tivemos|tiveram|fiz|fez|fizemos|fizeram|disse|dissemos|disseram|trouxe"
              + "|trouxemos|trouxeram|pude|pode|pudemos|puderam|pus|pos|pusemos|puseram|quis"
              + "|quisemos|quiseram|soube|soubemos|souberam|coube|vim|veio|viemos|vieram|viu|vi|viram"
              + "|tinha|tinhas|tinham|vinha|vinham|punha|punham|saia|saiam|caia|fui|foi|foram|deu|dei"
              + "|deram|era|eram|ia|iam|havia|houve)");

  private static final Pattern SPANISH_PAST =
      Pattern.compile(
          ".*(tuv|duv|pud|pus|sup|cup|hic|hiz|quis|vin|dij|traj|duj|hub)"
              + "(e|iste|o|imos|ieron|eron)"
              + "|.*(idio|irtio|igio|intio|urio|rmio|guio|uyo|eyo|ayo)|.*(uyeron|eyeron|ayeron)"
              + "|.*[eiu][dnrgtm]+ieron"
              + "|fue|fui|fueron|iba|iban|ibas|era|eran|vi|di|dio|vio");
  private static final Pattern SPANISH_IRREGULAR_FUTURE =
      Pattern.compile(".*(dr|br|rr|har|dir)(a|as|an|e|emos)");
  private static final Set<String> FIRST_PERSONS = Set.of("sou", "estou", "vou", "dou", "sé", "he");
  private static final Set<String> ACCENTED_SUBJUNCTIVES = Set.of("dé", "esté", "dê");
  private static final Set<String> THIRD_PERSONS =
      Set.of(
          ("tem contém mantém obtém detém retém vem intervém provém faz desfaz refaz satisfaz diz"
                  + " põe compõe dispõe expõe impõe propõe supõe quer vai dá vê prevê traz sai cai"
                  + " recai lê crê ri atrai trai extrai constrói destrói va da ve prevé ha")
              .split(" "));

  /** The form that a word is of a verb; {@link #BASE} where English has no other word. */
  static VerbForm of(boolean portuguese, String word, String lemma) {
    String folded = Letters.fold(word);
    String infinitive = REFLEXIVE.matcher(Letters.fold(lemma)).replaceFirst("");
    if (!INFINITIVE.matcher(infinitive).matches()
        || folded.startsWith(infinitive + "se")
        || folded.equals(infinitive)) {
      return BASE;
    }
    boolean first = infinitive.endsWith("ar");
    if (folded.startsWith(infinitive)) {
      String ending = folded.substring(infinitive.length());
      if (CONDITIONAL_ENDING.matcher(ending).matches()) {
        return CONDITIONAL;
      }
      if (FUTURE_ENDING.matcher(ending).matches()) {
        return FUTURE;
      }
    }
    if (FIRST_PERSONS.contains(word)) {
      return BASE;
    }
    if (THIRD_PERSONS.contains(word)) {
      return THIRD;
    }
    if (ACCENTED_SUBJUNCTIVES.contains(word)) {
      return BASE;
    }
    String stem = infinitive.substring(0, infinitive.length() - 2);
    if (folded.startsWith(stem)) {
      VerbForm regular = regular(portuguese, first, word, folded.substring(stem.length()));
      if (regular != BASE) {
        return regular;
      }
    }
    if (portuguese) {
      if (!word.equals("pode") && PORTUGUESE_PAST.matcher(folded).matches()) {
        return PAST;
      }
      if (word.endsWith("ão") || word.endsWith("õem") || word.endsWith("êm")) {
        return THEY;
      }
    } else {
      if (SPANISH_IRREGULAR_FUTURE.matcher(folded).matches() && !word.equals(folded)) {
        return FUTURE;
      }
      if (SPANISH_PAST.matcher(folded).matches() || word.endsWith("ó") || word.endsWith("í")) {
        return PAST;
      }
    }
    boolean many =
        portuguese ? folded.endsWith(first ? "am" : "em") : folded.endsWith(first ? "an" : "en");
    if (many) {
      return THEY;
    }
    return folded.endsWith(first ? "a" : "e") ? THIRD : BASE;
  }

  /** By the ending of a form whose stem is that of its infinitive. */
  private static VerbForm regular(boolean portuguese, boolean first, String word, String ending) {
    if (portuguese) {
      Pattern past = first ? PORTUGUESE_AR_PAST : PORTUGUESE_ER_PAST;
      // "Inclui" is the present; "incluí" the past.
      boolean present = ending.equals("i") && word.endsWith("ui");
      return present ? THIRD : past.matcher(ending).matches() ? PAST : BASE;
    }
    boolean accented = word.endsWith("ó") || word.endsWith("é") || word.endsWith("í");
    Pattern past = first ? SPANISH_AR_PAST : SPANISH_ER_PAST;
    return past.matcher(ending).matches() || (accented && ending.length() <= 2) ? PAST : BASE;
  }

  /** Whether a word may be a polite command: "cierre", "abra", or a subjunctive. */
  static boolean command(String word, String lemma) {
    String infinitive = REFLEXIVE.matcher(Letters.fold(lemma)).replaceFirst("");
    String folded = Letters.fold(word);
    if (!INFINITIVE.matcher(infinitive).matches() || folded.equals(infinitive)) {
      return false;
    }
    return infinitive.endsWith("ar")
        ? folded.endsWith("e") || folded.endsWith("em") || folded.endsWith("en")
        : (folded.endsWith("a") || folded.endsWith("am") || folded.endsWith("an"))
            && !NO_COMMAND.matcher(folded).matches();
  }
}
