package dev.mordomo.privacy;

import static java.util.stream.Collectors.joining;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.DocumentMasking;
import dev.mordomo.privacy.PersonalFinder.Found;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Masks what users say by the policy of their tenant, or keeps it where they agreed. The policy is
 * read when something was found, and holds for the whole request.
 */
public final class PersonalData implements Masking {
  private static final Map<String, String> COUNTRIES = Map.of("pt", "BR", "es", "ES", "en", "US");

  private final Database database;
  private final Placeholders placeholders;

  public PersonalData(Database database, Placeholders placeholders) {
    this.database = database;
    this.placeholders = placeholders;
  }

  @Override
  public Pass begin(Scope who, Supplier<String> locale) {
    return new Request(who, locale);
  }

  @Override
  public String beginning(Scope who, String kept, int chars) {
    return placeholders.beginning(who, kept, chars);
  }

  @Override
  public String masksOnly(String kept) {
    return placeholders.masksOnly(kept);
  }

  /**
   * What others than the user are told of their words: masks that nobody can undo, unless the
   * policy keeps what is said.
   */
  public UnaryOperator<String> telling(Scope who, Supplier<String> locale) {
    return new Request(who, locale)::told;
  }

  /** For documents; the policy is read before anything is looked at, and holds for the request. */
  public DocumentMasking.Hiding documents(Scope who, Supplier<String> locale) {
    DocumentPolicy policy = database.as(who, c -> PersonalStore.ofDocuments(c, who.tenantId()));
    return policy == DocumentPolicy.KEEP
        ? DocumentMasking.NONE.begin(who)
        : new DocumentMasking.Hiding(
            new OfDocument(policy, locale.get()),
            true,
            text -> placeholders.mark(who.tenantId(), text));
  }

  /** Nobody's placeholders: many read a document. */
  private static final class OfDocument implements Pass {
    private final DocumentPolicy policy;
    private final String region;
    private final Map<String, Integer> found = new TreeMap<>();

    OfDocument(DocumentPolicy policy, String locale) {
      this.policy = policy;
      this.region = region(locale);
    }

    @Override
    public String masked(String text) {
      List<Found> here = found(text, () -> region);
      if (!here.isEmpty() && policy == DocumentPolicy.REFUSE) {
        String kinds =
            here.stream().map(one -> one.kind().wire()).distinct().collect(joining(", "));
        throw Failure.invalid(
            "content", "holds personal data (" + kinds + "), which your organisation refuses");
      }
      here.forEach(one -> found.merge(one.kind().wire(), 1, Integer::sum));
      return replaced(text, here, one -> Placeholders.mask(one.kind()));
    }

    @Override
    public Map<String, Object> note() {
      return found.isEmpty() ? Map.of() : noteOf(policy.wire(), found);
    }
  }

  private static List<Found> found(String text, Supplier<String> region) {
    return text.chars().noneMatch(c -> c == '@' || (c >= '0' && c <= '9'))
        ? List.of()
        : PersonalFinder.find(text, region.get());
  }

  private static String replaced(String text, List<Found> found, Function<Found, String> by) {
    StringBuilder replaced = new StringBuilder();
    int from = 0;
    for (Found one : found) {
      replaced.append(text, from, one.from()).append(by.apply(one));
      from = one.to();
    }
    return replaced.append(text, from, text.length()).toString();
  }

  private static Map<String, Object> noteOf(String policy, Map<String, Integer> found) {
    Map<String, Object> note = new LinkedHashMap<>();
    note.put("policy", policy);
    note.put("found", Map.copyOf(found));
    return Map.of("personal_data", note);
  }

  /** {@code pt-BR} is of BR, and a language alone of the country where most speak it. */
  static String region(String locale) {
    Locale parsed = Locale.forLanguageTag(locale);
    return parsed.getCountry().isEmpty()
        ? COUNTRIES.getOrDefault(parsed.getLanguage(), "BR")
        : parsed.getCountry();
  }

  private final class Request implements Pass {
    private final Scope who;
    private final Supplier<String> locale;
    private final Map<String, Integer> found = new TreeMap<>();
    private Optional<PersonalPolicy> policy = Optional.empty();

    Request(Scope who, Supplier<String> locale) {
      this.who = who;
      this.locale = locale;
    }

    @Override
    public String masked(String text) {
      List<Found> here = found(text, () -> region(locale.get()));
      if (here.isEmpty()) {
        return text;
      }
      here.forEach(one -> found.merge(one.kind().wire(), 1, Integer::sum));
      return switch (policy()) {
        case KEEP -> text;
        case MASK -> replaced(text, here, one -> Placeholders.mask(one.kind()));
        case REVERSIBLE ->
            replaced(text, here, one -> placeholders.seal(who, one.kind(), one.text()));
      };
    }

    String told(String text) {
      List<Found> here = found(text, () -> region(locale.get()));
      return here.isEmpty() || policy() == PersonalPolicy.KEEP
          ? text
          : replaced(text, here, one -> Placeholders.mask(one.kind()));
    }

    private PersonalPolicy policy() {
      PersonalPolicy known =
          policy.orElseGet(() -> database.as(who, c -> PersonalStore.ofUser(c, who)));
      policy = Optional.of(known);
      return known;
    }

    @Override
    public Map<String, Object> note() {
      return found.isEmpty() ? Map.of() : noteOf(policy().wire(), found);
    }
  }
}
