package dev.mordomo.privacy;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.Scope;
import dev.mordomo.privacy.PersonalFinder.Found;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

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
      if (text.chars().noneMatch(c -> c == '@' || (c >= '0' && c <= '9'))) {
        return text;
      }
      List<Found> here = PersonalFinder.find(text, region(locale.get()));
      if (here.isEmpty()) {
        return text;
      }
      here.forEach(one -> found.merge(one.kind().wire(), 1, Integer::sum));
      return policy() == PersonalPolicy.KEEP ? text : replaced(text, here);
    }

    private String replaced(String text, List<Found> here) {
      StringBuilder masked = new StringBuilder();
      int from = 0;
      for (Found one : here) {
        masked.append(text, from, one.from());
        masked.append(
            policy() == PersonalPolicy.MASK
                ? Placeholders.mask(one.kind())
                : placeholders.seal(who, one.kind(), one.text()));
        from = one.to();
      }
      return masked.append(text, from, text.length()).toString();
    }

    private PersonalPolicy policy() {
      PersonalPolicy known =
          policy.orElseGet(() -> database.as(who, c -> PersonalStore.ofUser(c, who)));
      policy = Optional.of(known);
      return known;
    }

    @Override
    public Map<String, Object> note() {
      if (found.isEmpty()) {
        return Map.of();
      }
      Map<String, Object> note = new LinkedHashMap<>();
      note.put("policy", policy().wire());
      note.put("found", Map.copyOf(found));
      return Map.of("personal_data", note);
    }
  }
}
