package dev.mordomo.billing;

import dev.mordomo.billing.BillingConfig.Price;
import dev.mordomo.kernel.Database;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.util.List;

/** The price table: what the ledger's rows are priced with as they are written. */
final class PriceStore {
  private static final String FORGET = "DELETE FROM model_price WHERE NOT model = ANY ($1)";
  private static final String SET =
      """
      INSERT INTO model_price AS p (model, prompt, completion)
      SELECT * FROM unnest($1::text[], $2::numeric[], $3::numeric[])
      ON CONFLICT (model) DO UPDATE SET prompt = excluded.prompt, completion = excluded.completion
      WHERE (p.prompt, p.completion) IS DISTINCT FROM (excluded.prompt, excluded.completion)
      """;

  /** These and no others. */
  void set(SqlConnection connection, List<Price> prices) {
    String[] models = prices.stream().map(Price::model).toArray(String[]::new);
    Database.run(connection, FORGET, Tuple.tuple().addArrayOfString(models));
    Database.run(
        connection,
        SET,
        Tuple.tuple()
            .addArrayOfString(models)
            .addValue(prices.stream().map(Price::prompt).toArray(BigDecimal[]::new))
            .addValue(prices.stream().map(Price::completion).toArray(BigDecimal[]::new)));
  }
}
