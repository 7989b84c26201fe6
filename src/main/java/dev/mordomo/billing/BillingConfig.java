package dev.mordomo.billing;

import dev.mordomo.kernel.Settings;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings under {@code billing}.
 *
 * @param block tokens that a node leases at once, at the most
 * @param prices of models that cost something
 */
public record BillingConfig(long block, List<Price> prices) {
  private static final Pattern PRICE =
      Pattern.compile("(\\S+/\\S+)=(\\d{1,8}(?:\\.\\d{1,6})?)/(\\d{1,8}(?:\\.\\d{1,6})?)");

  public BillingConfig {
    prices = List.copyOf(prices);
  }

  /** What a million tokens of a model cost, in whatever currency the operator counts in. */
  record Price(String model, BigDecimal prompt, BigDecimal completion) {}

  public static BillingConfig from(Settings settings) {
    List<Price> prices = new ArrayList<>();
    for (String entry : settings.list("billing.prices")) {
      Matcher price = PRICE.matcher(entry);
      Optional<Price> read =
          price.matches()
              ? Optional.of(
                  new Price(
                      price.group(1),
                      new BigDecimal(price.group(2)),
                      new BigDecimal(price.group(3))))
              : settings.wrong(
                  "billing.prices",
                  entry,
                  "provider/name=PROMPT/COMPLETION, each the price of a million tokens",
                  Optional.empty());
      read.ifPresent(prices::add);
    }
    return new BillingConfig(
        settings.longInteger("billing.block", 20_000, 1, 1_000_000_000), prices);
  }
}
