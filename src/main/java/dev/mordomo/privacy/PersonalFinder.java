package dev.mordomo.privacy;

import com.google.i18n.phonenumbers.PhoneNumberMatch;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.Leniency;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds what identifies a person in a text: CPF, CNPJ, e-mail, phone and payment card. It is as
 * careful not to find what is none: a number has to pass its check digits, to stand by itself, and
 * not to be announced as an order, an invoice, a version or a sum. Pure; safe for all threads.
 */
final class PersonalFinder {
  private static final String APART = "(?<![\\p{L}\\p{N}_])(?<![\\p{N}][.,/\\-])(?<![/#=&\\\\@])";
  private static final String ALONE = "(?![\\p{L}\\p{N}_])(?![.,/\\-]\\p{N})";

  /** Stands by itself, written in groups: no more groups before or after. */
  private static final String GROUP_FIRST = "(?<!\\d )(?<!\\+)";

  private static final String GROUP_LAST = "(?! \\d)";

  /** A letter of any script with its accents, or a digit, as RFC 6531 and RFC 5890 have them. */
  private static final String LETTER = "\\p{L}\\p{M}\\p{N}";

  private static final String WORD = "[" + LETTER + "_%+\\-]+";
  private static final Pattern EMAIL =
      Pattern.compile(
          "(?<!["
              + LETTER
              + "._%+/\\-])"
              + WORD
              + "(?:[.']"
              + WORD
              + "){0,8}@(?:["
              + LETTER
              + "](?:["
              + LETTER
              + "\\-]{0,61}["
              + LETTER
              + "])?\\.){1,6}(?:xn--[A-Za-z0-9\\-]{2,59}|[\\p{L}\\p{M}]{2,24})(?!["
              + LETTER
              + "_\\-@])(?!:["
              + LETTER
              + "/])");
  private static final Pattern CPF =
      Pattern.compile(
          APART
              + "(?:\\d{3}\\.\\d{3}\\.\\d{3}[-/ ]?\\d{2}|\\d{9}-\\d{2}|\\d{11}|"
              + GROUP_FIRST
              + "\\d{3}([ -])\\d{3}\\1\\d{3}[ -]\\d{2}"
              + GROUP_LAST
              + ")"
              + ALONE);
  private static final Pattern CNPJ =
      Pattern.compile(
          APART
              + "(?:[A-Za-z0-9]{2}\\.[A-Za-z0-9]{3}\\.[A-Za-z0-9]{3}/[A-Za-z0-9]{4}-\\d{2}"
              + "|[A-Za-z0-9]{8}/[A-Za-z0-9]{4}-\\d{2}"
              + "|(?=[A-Z]{0,11}\\d)[A-Z0-9]{12}\\d{2}|(?=[a-z]{0,11}\\d)[a-z0-9]{12}\\d{2}|"
              + GROUP_FIRST
              + "\\d{2} \\d{3} \\d{3}[ /]\\d{4}[ -]\\d{2}"
              + GROUP_LAST
              + ")"
              + ALONE);
  private static final Pattern CARD =
      Pattern.compile(
          APART
              + "(?:\\d{4}([ -])\\d{4}\\1\\d{4}\\1\\d{1,7}|\\d{4}(["
              + " -])\\d{6}\\2\\d{4,5}|\\d{13,19})"
              + ALONE);

  /** Visa, Mastercard, American Express, Diners, Discover, Elo, Hipercard, by ISO/IEC 7812. */
  private static final Pattern ISSUER =
      Pattern.compile(
          "4\\d{12}(?:\\d{3}(?:\\d{3})?)?"
              + "|(?:5[1-5]\\d{2}|222[1-9]|22[3-9]\\d|2[3-6]\\d{2}|27[01]\\d|2720)\\d{12}"
              + "|3[47]\\d{13}|3(?:0[0-5]|[68]\\d)\\d{11}"
              + "|(?:6011|65\\d{2}|64[4-9]\\d|6062|6363|5041|5067|5090|6277|6504)\\d{12}");

  /** What is announced so is no person's number. */
  private static final Pattern OTHERWISE =
      Pattern.compile(
          "(?:pedidos?|orders?|protocolos?|protocol|processos?|expedientes?|notas?"
              + " fisca(?:l|is)|nf-?e?|facturas?"
              + "|invoices?|rastreio|tracking|c[oó]digos?|code|sku|ean|isbn|issn|produtos?|products?|productos?"
              + "|lotes?|batch|vers[aã]o|version|versi[oó]n|build|commit|boleto|matr[ií]cula|empenho|contrato|contract|ticket|chamado|case|serial|s[eé]rie|n[uú]mero"
              + " de s[eé]rie|imei|id|uuid|ref(?:er[eê]ncia)?"
              + "|r\\$|us\\$|\\$|€|eur|brl|usd|valor|total)"
              + "\\s*(?:n\\.?[ºo°]?|no\\.|n[uú]m(?:ero|\\.)?|number|nr\\.?|#|de|do|da|is|[eé])?\\s*[:#=]?\\s*$");

  private static final Pattern ANNOUNCED_PHONE =
      Pattern.compile(
          "(?:\\b(?:tel|fone|telefone|tel[eé]fono|phone|celular|cel|m[oó]vil|mobile|whats\\s?app|zap|wpp|fax|contato"
              + "|contacto|liga(?:r|me|-me)?|ligue|lig[ao]|llam(?:a|ar|e|en|ame)|call|dial|ring|text|sms|ramal)\\b)"
              + "[^\\d\\n]{0,24}$");
  private static final Pattern DOTTED = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){2,3}");
  private static final Pattern DATE =
      Pattern.compile(
          "(?:19|20)\\d{2}[-/. ]?[01]\\d[-/."
              + " ]?[0-3]\\d.*|[0-3]?\\d[-/.][01]?\\d[-/.](?:19|20)\\d{2}.*");
  private static final Pattern GOES_ON = Pattern.compile("\\d[ .\\-]$");
  private static final Pattern GROUPED = Pattern.compile(".*\\d[ ().\\-]+\\d.*");
  private static final int BEFORE = 40;
  private static final int CARELESS = 5_000;

  /**
   * One found.
   *
   * @param from where it begins, inclusive
   * @param to where it ends, exclusive
   */
  record Found(PersonalKind kind, int from, int to, String text) {}

  private PersonalFinder() {}

  /**
   * All of a text, in order; they do not overlap.
   *
   * @param region where numbers without a country's code are from: {@code BR}
   */
  static List<Found> find(String text, String region) {
    List<Found> found = new ArrayList<>();
    add(found, text, EMAIL, PersonalKind.EMAIL, whole -> true);
    add(found, text, CNPJ, PersonalKind.CNPJ, n -> CheckDigits.isCnpj(characters(n)));
    add(found, text, CPF, PersonalKind.CPF, n -> CheckDigits.isCpf(digits(n)));
    add(found, text, CARD, PersonalKind.CARD, n -> isCard(digits(n)));
    if (text.chars().filter(Character::isDigit).limit(7).count() == 7) {
      phones(found, text, region);
    }
    found.sort(Comparator.comparingInt(Found::from));
    return List.copyOf(found);
  }

  private static void add(
      List<Found> found, String text, Pattern form, PersonalKind kind, Predicate<String> passes) {
    Matcher matcher = form.matcher(text);
    while (matcher.find()) {
      String whole = matcher.group();
      boolean other =
          kind != PersonalKind.EMAIL && isPlain(whole) && isSomethingElse(text, matcher.start());
      if (!other && passes.test(whole)) {
        offer(found, new Found(kind, matcher.start(), matcher.end(), whole));
      }
    }
  }

  private static void phones(List<Found> found, String text, String region) {
    PhoneNumberUtil util = PhoneNumberUtil.getInstance();
    for (PhoneNumberMatch match : util.findNumbers(text, region, Leniency.VALID, CARELESS)) {
      String whole = match.rawString();
      String before = before(text, match.start());
      boolean international = whole.startsWith("+");
      boolean announced = ANNOUNCED_PHONE.matcher(before).find();
      boolean formed = international || GROUPED.matcher(whole).matches();
      if (isApart(text, match.start(), match.end())
          && (announced || formed)
          && !(GOES_ON.matcher(before).find() && Character.isDigit(whole.charAt(0)))
          && (international || announced || !isSomethingElse(text, match.start()))
          && !DOTTED.matcher(whole).matches()
          && !DATE.matcher(whole).matches()) {
        offer(found, new Found(PersonalKind.PHONE, match.start(), match.end(), whole));
      }
    }
  }

  /** The first kind that found a place has it. */
  private static void offer(List<Found> found, Found one) {
    if (found.stream().noneMatch(o -> o.from() < one.to() && one.from() < o.to())) {
      found.add(one);
    }
  }

  private static boolean isCard(String digits) {
    return ISSUER.matcher(digits).matches() && CheckDigits.isLuhn(digits);
  }

  /** Without the form that tells what it is. */
  private static boolean isPlain(String number) {
    return number.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == ' ' || c == '-')
        && !number.matches("\\d{9}-\\d{2}");
  }

  private static boolean isSomethingElse(String text, int from) {
    return OTHERWISE.matcher(before(text, from)).find();
  }

  private static String before(String text, int from) {
    return text.substring(Math.max(0, from - BEFORE), from).toLowerCase(Locale.ROOT);
  }

  /** Not a part of something longer: a path, a version, another number. */
  private static boolean isApart(String text, int from, int to) {
    return begins(text, from) && ends(text, to);
  }

  private static boolean begins(String text, int from) {
    if (from == 0) {
      return true;
    }
    char before = text.charAt(from - 1);
    boolean digitBefore = from > 1 && Character.isDigit(text.charAt(from - 2));
    return switch (before) {
      case '.', ',' -> !digitBefore;
      default -> " \t\n\r([{\"':;<>*_|–—!?".indexOf(before) >= 0;
    };
  }

  private static boolean ends(String text, int to) {
    if (to == text.length()) {
      return true;
    }
    char next = text.charAt(to);
    boolean digitNext = to + 1 < text.length() && Character.isDigit(text.charAt(to + 1));
    return switch (next) {
      case '.', ',', '-', ':' -> !digitNext;
      default -> !Character.isLetterOrDigit(next) && "_/@%=#".indexOf(next) < 0;
    };
  }

  private static String digits(String number) {
    return number.replaceAll("\\D", "");
  }

  private static String characters(String number) {
    return number.replaceAll("[^A-Za-z0-9]", "").toUpperCase(Locale.ROOT);
  }
}
