package dev.mordomo.privacy;

import dev.mordomo.kernel.JsonTexts;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Short names for the placeholders of one turn, since a model repeats {@code [CPF_1]} and not a
 * line of ciphertext. Both ways: what a model is told, and what it says. Of one turn, thread-safe.
 */
public final class Aliases {
  private static final Pattern ALIAS =
      Pattern.compile("\\[(?:CPF|CNPJ|EMAIL|PHONE|CARD)_\\d{1,4}\\]");

  /** The longest beginning of an alias that is waited for. */
  private static final int LONGEST = "[EMAIL_9999]".length();

  private static final Pattern BEGUN =
      Pattern.compile(
          "\\[(?:C|CP|CPF|CN|CNP|CNPJ|CA|CAR|CARD|E|EM|EMA|EMAI|EMAIL|P|PH|PHO|PHON|PHONE)?"
              + "|\\[(?:CPF|CNPJ|EMAIL|PHONE|CARD)_\\d{0,4}");

  private final Map<String, String> byPlaceholder = new LinkedHashMap<>();
  private final Map<String, String> byAlias = new LinkedHashMap<>();

  /** Placeholders become short names. */
  public synchronized String told(String text) {
    if (!text.contains("[[")) {
      return text;
    }
    return Placeholders.FORM
        .matcher(text)
        .replaceAll(found ->
            Matcher.quoteReplacement(
                found.group(3) == null
                    ? "[" + found.group(1) + "]"
                    : byPlaceholder.computeIfAbsent(
                        found.group(), whole -> alias(found.group(1), whole))));
  }

  private String alias(String kind, String placeholder) {
    String prefix = "[" + kind.toUpperCase(Locale.ROOT) + "_";
    long n = 1 + byAlias.keySet().stream().filter(a -> a.startsWith(prefix)).count();
    String alias = prefix + n + "]";
    byAlias.put(alias, placeholder);
    return alias;
  }

  /** Short names become placeholders; those that nobody gave stay as they are. */
  public synchronized String kept(String text) {
    if (byAlias.isEmpty() || !text.contains("[")) {
      return text;
    }
    return ALIAS
        .matcher(text)
        .replaceAll(
            found -> Matcher.quoteReplacement(byAlias.getOrDefault(found.group(), found.group())));
  }

  /** Placeholders in the arguments of a tool become short names. */
  public Map<String, Object> toldMap(Map<String, Object> arguments) {
    return JsonTexts.mapped(arguments, this::told);
  }

  /** Short names in the arguments of a tool become placeholders. */
  public Map<String, Object> keptMap(Map<String, Object> arguments) {
    return JsonTexts.mapped(arguments, this::kept);
  }

  /** One answer as it comes, piece by piece. */
  public Speech speech() {
    return new Speech();
  }

  /**
   * Puts placeholders in place of short names also when a piece ends in the middle of one: what may
   * be the beginning of a name is held until it is known.
   */
  public final class Speech {
    private final StringBuilder held = new StringBuilder();

    /**
     * @return what can be said now; may be empty
     */
    public String add(String piece) {
      if (byAlias.isEmpty()) {
        return piece;
      }
      held.append(piece);
      int open = held.lastIndexOf("[");
      boolean waits =
          open >= 0
              && held.length() - open < LONGEST
              && BEGUN.matcher(held.substring(open)).matches();
      int until = waits ? open : held.length();
      String said = kept(held.substring(0, until));
      held.delete(0, until);
      return said;
    }

    /** At the end of the answer. */
    public String rest() {
      String rest = held.toString();
      held.setLength(0);
      return rest;
    }
  }
}
