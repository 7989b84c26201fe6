package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Telling;
import dev.mordomo.model.CallMeter;
import dev.mordomo.model.EmbeddingModel;
import java.util.List;

/** Vectors of texts without documents beside them. */
public final class TestVectors {
  private TestVectors() {}

  /** By one model, free, of texts as they are. */
  public static TextVectors of(Database database, EmbeddingModel model) {
    return of(database, model, List.of(), CallMeter.FREE, Telling.PLAIN);
  }

  /**
   * @param before models that were the settings' earlier
   */
  public static TextVectors of(
      Database database,
      EmbeddingModel wanted,
      List<EmbeddingModel> before,
      CallMeter meter,
      Telling telling) {
    ActiveModel models =
        new ActiveModel(
            database,
            wanted,
            name -> before.stream().filter(m -> m.name().equals(name)).findFirst());
    return new TextVectors(models, new ModelCalls(meter), telling);
  }
}
