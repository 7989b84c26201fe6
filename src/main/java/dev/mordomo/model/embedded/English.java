package dev.mordomo.model.embedded;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The English forms that a gloss needs: plurals, and the two participles. */
final class English {
  private static final Map<String, String> PLURALS =
      Map.ofEntries(
          Map.entry("child", "children"),
          Map.entry("man", "men"),
          Map.entry("woman", "women"),
          Map.entry("person", "people"),
          Map.entry("foot", "feet"),
          Map.entry("tooth", "teeth"),
          Map.entry("mouse", "mice"),
          Map.entry("knife", "knives"),
          Map.entry("life", "lives"),
          Map.entry("leaf", "leaves"),
          Map.entry("wife", "wives"),
          Map.entry("half", "halves"),
          Map.entry("tomato", "tomatoes"),
          Map.entry("potato", "potatoes"),
          Map.entry("shelf", "shelves"),
          Map.entry("sheep", "sheep"),
          Map.entry("fish", "fish"),
          Map.entry("aircraft", "aircraft"));
  private static final Set<String> AUXILIARIES =
      Set.of(
          "can", "cannot", "could", "must", "will", "would", "should", "may", "used", "is", "are",
          "was", "were", "am", "there", "it", "not", "please");
  private static final Set<String> NUMBERS =
      Set.of(
          ("one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
                  + " fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty"
                  + " seventy eighty ninety hundred thousand midnight noon")
              .split(" "));
  private static final Map<String, String> PARTICIPLES = new HashMap<>();

  static {
    String irregular =
        "be been have had do done make made pay paid send sent write written read read buy bought"
            + " sell sold find found lose lost break broken open opened close closed give given"
            + " take taken see seen know known get gotten go gone come come put put cut cut set set"
            + " keep kept leave left begin begun choose chosen bring brought build built burn"
            + " burned catch caught draw drawn drive driven eat eaten fall fallen feel felt forget"
            + " forgotten hide hidden hold held hurt hurt lend lent let let mean meant meet met run"
            + " run say said shut shut speak spoken spend spent stand stood steal stolen teach"
            + " taught tell told think thought throw thrown understand understood wear worn win won"
            + " hit hit freeze frozen grow grown show shown shake shaken split split spread spread"
            + " stick stuck tear torn wake woken hang hung light lit sit sat sleep slept rise risen"
            + " ring rung sing sung sink sunk swear sworn swim swum withdraw withdrawn overdraw"
            + " overdrawn forbid forbidden withhold withheld admit admitted permit permitted"
            + " transfer transferred refer referred occur occurred control controlled commit"
            + " committed submit submitted prefer preferred equip equipped label labeled cancel"
            + " canceled plan planned feed fed fight fought lead led lay laid lose lost sew sewn"
            + " sow sown dig dug bend bent bleed bled breed bred cost cost deal dealt fly flown"
            + " forgive forgiven prove proven quit quit ride ridden seek sought slide slid spin"
            + " spun strike struck sweep swept weep wept become become undo undone overdo overdone"
            + " redo redone rewrite rewritten rebuild rebuilt drink drunk bite bitten blow blown"
            + " beat beaten hear heard regret regretted shrink shrunk flee fled lend lent format"
            + " formatted overtake overtaken mow mowed swell swollen bind bound upset upset begin"
            + " begun expel expelled reset reset program programmed";
    String[] words = irregular.split(" ");
    for (int i = 0; i < words.length; i += 2) {
      PARTICIPLES.put(words[i], words[i + 1]);
    }
  }

  /** Simple pasts that are not the participle. */
  private static final Map<String, String> PASTS = new HashMap<>();

  static {
    String[] words =
        ("do did write wrote break broke give gave take took see saw go went come came begin began"
                + " choose chose draw drew drive drove eat ate fall fell forget forgot hide hid run"
                + " ran speak spoke steal stole throw threw wear wore freeze froze grow grew show"
                + " showed shake shook tear tore wake woke rise rose ring rang sing sang sink sank"
                + " swear swore swim swam withdraw withdrew overdraw overdrew forbid forbade sew"
                + " sewed sow sowed fly flew forgive forgave prove proved ride rode become became"
                + " undo undid overdo overdid redo redid rewrite rewrote drink drank bite bit blow"
                + " blew overtake overtook beat beat shrink shrank know knew be was get got")
            .split(" ");
    for (int i = 0; i < words.length; i += 2) {
      PASTS.put(words[i], words[i + 1]);
    }
  }

  private English() {}

  private static String first(String verb) {
    int space = verb.indexOf(' ');
    return space < 0 ? verb : verb.substring(0, space);
  }

  private static final Pattern PREPOSITION = Pattern.compile(" (of|to|for|in|on|at|with|from) ");
  private static final Pattern SIBILANT = Pattern.compile(".*(s|x|z|ch|sh|o)");
  private static final Pattern CONSONANT_Y = Pattern.compile(".*[^aeiou]y");
  private static final Pattern DOUBLES = Pattern.compile("[^aeiou]*[aeiou][^aeiouwxy]");
  private static final Pattern VOWEL =
      Pattern.compile("(?i)[aeio].*|u[nmlr][^i].*|hour.*|honest.*");

  /** Whether "an" stands before a word. */
  static boolean vowel(String english) {
    return VOWEL.matcher(english).matches() && !english.startsWith("one");
  }

  /** Whether a verb has no other forms: can, must. */
  static boolean auxiliary(String verb) {
    return AUXILIARIES.contains(first(verb));
  }

  /** The third person: runs, goes, tries. */
  static String third(String verb) {
    String word = first(verb);
    String rest = verb.substring(word.length());
    return switch (word) {
      case "be" -> "is" + rest;
      case "have" -> "has" + rest;
      default -> {
        boolean sibilant = SIBILANT.matcher(word).matches();
        yield (sibilant
                ? word + "es"
                : CONSONANT_Y.matcher(word).matches()
                    ? word.substring(0, word.length() - 1) + "ies"
                    : word + "s")
            + rest;
      }
    };
  }

  /** The simple past. */
  static String past(String verb) {
    String word = first(verb);
    String past = PASTS.get(word);
    return past == null ? participle(verb) : past + verb.substring(word.length());
  }

  /** Whether this is a number, in digits or in one word. */
  static boolean number(String english) {
    return NUMBERS.contains(english)
        || (!english.isEmpty() && Character.isDigit(english.charAt(0)));
  }

  /** The plural of a noun or of the last word of an expression. */
  static String plural(String noun) {
    Matcher preposition = PREPOSITION.matcher(noun);
    if (preposition.find()) {
      int end = preposition.start();
      return plural(noun.substring(0, end)) + noun.substring(end);
    }
    int space = noun.lastIndexOf(' ') + 1;
    String word = noun.substring(space);
    String irregular = PLURALS.get(word);
    if (irregular != null) {
      return noun.substring(0, space) + irregular;
    }
    if (word.endsWith("man") && word.length() > 3 && !word.equals("human")) {
      return noun.substring(0, noun.length() - 2) + "en";
    }
    if (word.endsWith("s") && !word.endsWith("ss") && !word.endsWith("us")) {
      return noun;
    }
    if (SIBILANT.matcher(word).matches() && !word.endsWith("o")) {
      return noun + "es";
    }
    return CONSONANT_Y.matcher(word).matches()
        ? noun.substring(0, noun.length() - 1) + "ies"
        : noun + "s";
  }

  /** The past participle, of the first word when there are several. */
  static String participle(String verb) {
    int space = verb.indexOf(' ');
    String word = space < 0 ? verb : verb.substring(0, space);
    String rest = space < 0 ? "" : verb.substring(space);
    if (AUXILIARIES.contains(word)) {
      return verb;
    }
    String irregular = PARTICIPLES.get(word);
    if (irregular != null) {
      return irregular + rest;
    }
    if (word.endsWith("e")) {
      return word + "d" + rest;
    }
    if (CONSONANT_Y.matcher(word).matches()) {
      return word.substring(0, word.length() - 1) + "ied" + rest;
    }
    return (doubles(word) ? word + word.charAt(word.length() - 1) : word) + "ed" + rest;
  }

  /** The present participle, of the first word when there are several. */
  static String gerund(String verb) {
    int space = verb.indexOf(' ');
    String word = space < 0 ? verb : verb.substring(0, space);
    String rest = space < 0 ? "" : verb.substring(space);
    if (AUXILIARIES.contains(word)) {
      return verb;
    }
    if (word.endsWith("ie")) {
      return word.substring(0, word.length() - 2) + "ying" + rest;
    }
    if (word.endsWith("e") && !word.endsWith("ee") && word.length() > 2) {
      return word.substring(0, word.length() - 1) + "ing" + rest;
    }
    return (doubles(word) ? word + word.charAt(word.length() - 1) : word) + "ing" + rest;
  }

  /** A short word of consonant, vowel, consonant doubles its last letter: stop, stopped. */
  private static boolean doubles(String word) {
    return DOUBLES.matcher(word).matches();
  }
}
