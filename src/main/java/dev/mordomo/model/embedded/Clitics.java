package dev.mordomo.model.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes the pronouns off the end of a verb: fazê-lo, dar-me, dámelo, enviárnoslo. */
final class Clitics {

  /** A verb without its pronouns, and the English of those that say something. */
  record Split(String verb, List<String> pronouns) {}

  private static final Map<String, String> ENGLISH =
      Map.of("me", "me", "nos", "us", "lhe", "you", "lhes", "you", "te", "you", "vos", "you");
  private static final Pattern PORTUGUESE =
      Pattern.compile(
          "(.+?)-((?:me|te|se|nos|vos|lhes?|l?[oa]s?|n[oa]s?|mo|ma|lho|lha)"
              + "(?:-l?[oa]s?)?)(?:-(?:ei|ás|á|emos|ão|ia|iam))?");
  private static final Pattern SPANISH =
      Pattern.compile("(.{2,}?)((?:me|te|se|nos|os|les?)?(?:l[oae]s?|me|te|se|nos))");
  private static final Pattern VOSEO = Pattern.compile(".{2,}[^aeiou][aei]");
  private static final String ACCENTED = "áéíóúâêô";
  private static final String PLAIN = "aeiouaeo";

  private Clitics() {}

  /** The verb forms that a word may hide, likeliest first. */
  static List<Split> splits(String language, String word) {
    List<Split> splits = new ArrayList<>();
    if (language.equals("pt")) {
      portuguese(word).ifPresent(splits::addAll);
    } else {
      Matcher longest = SPANISH.matcher(word);
      if (longest.matches()) {
        spanish(longest.group(1), longest.group(2), splits);
        String last = longest.group(2);
        for (int cut = 1; cut < last.length() - 1; cut++) {
          spanish(longest.group(1) + last.substring(0, cut), last.substring(cut), splits);
        }
      }
    }
    return splits;
  }

  private static Optional<List<Split>> portuguese(String word) {
    Matcher parts = PORTUGUESE.matcher(word);
    if (!parts.matches()) {
      return Optional.empty();
    }
    String verb = parts.group(1);
    List<String> pronouns = english(List.of(parts.group(2).split("-")));
    List<Split> splits = new ArrayList<>();
    // Before -lo the verb has lost its r, s or z.
    if (parts.group(2).startsWith("l") && !parts.group(2).startsWith("lhe")) {
      splits.add(new Split(unaccented(verb) + "r", pronouns));
      splits.add(new Split(verb + "z", pronouns));
    }
    splits.add(new Split(verb, pronouns));
    splits.add(new Split(verb + "s", pronouns));
    return Optional.of(splits);
  }

  private static void spanish(String verb, String pronouns, List<Split> splits) {
    List<String> english =
        pronouns.startsWith("me")
            ? List.of("me")
            : pronouns.startsWith("nos")
                ? List.of("us")
                : pronouns.startsWith("te") ? List.of("you") : List.of();
    String plain = unaccented(verb);
    // "Avisame", "fijate": spoken with the stress on the end, and written without an accent.
    boolean command = VOSEO.matcher(verb).matches();
    if (plain.endsWith("r")
        || plain.endsWith("ndo")
        || !plain.equals(verb)
        || verb.length() <= 4
        || command) {
      splits.add(new Split(plain, english));
      if (plain.endsWith("mo")) {
        splits.add(new Split(plain + "s", english));
      }
    }
  }

  private static List<String> english(List<String> pronouns) {
    return pronouns.stream()
        .map(p -> ENGLISH.getOrDefault(p, ""))
        .filter(p -> !p.isEmpty())
        .toList();
  }

  private static String unaccented(String verb) {
    StringBuilder plain = new StringBuilder(verb);
    for (int i = 0; i < plain.length(); i++) {
      int accent = ACCENTED.indexOf(plain.charAt(i));
      if (accent >= 0) {
        plain.setCharAt(i, PLAIN.charAt(accent));
      }
    }
    return plain.toString();
  }
}
