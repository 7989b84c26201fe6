package dev.mordomo.chat;

import dev.mordomo.kernel.Database;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Which messages lack a vector, across tenants: through functions, the one way there. */
final class MessageEmbeddingStore {
  private static final String CLAIM =
      "SELECT id, tenant_id, user_id, content FROM messages_to_embed($1, $2, $3)";
  private static final String STORE = "SELECT store_message_embeddings($1, $2, $3, $4)";
  private static final String PUT_OFF = "SELECT put_off_message_embeddings($1, $2, $3, $4, $5)";

  private final Database database;

  MessageEmbeddingStore(Database database) {
    this.database = database;
  }

  /** A message without a vector. */
  record Bare(UUID id, UUID tenant, UUID user, String content) {}

  /** The next ones, which nobody else gets for so long. */
  List<Bare> claim(short model, int n, int leaseSeconds) {
    List<Bare> bare = new ArrayList<>();
    for (Row row : database.callSystem(CLAIM, Tuple.of(model, n, leaseSeconds))) {
      bare.add(new Bare(row.getUUID(0), row.getUUID(1), row.getUUID(2), row.getString(3)));
    }
    return bare;
  }

  /** Gives how many were kept: messages that went meanwhile, or have one, get none. */
  long store(short model, List<UUID> messages, List<float[]> vectors) {
    Tuple row =
        Tuple.of(model)
            .addArrayOfUUID(messages.toArray(UUID[]::new))
            .addArrayOfFloat(flat(vectors))
            .addInteger(vectors.getFirst().length);
    return database.callSystem(STORE, row).iterator().next().getLong(0);
  }

  /**
   * To be claimed again after so many seconds.
   *
   * @param innocent whether it counts as no attempt
   * @return how many are not to be tried any more
   */
  long putOff(short model, List<UUID> messages, int seconds, boolean innocent, int mostAttempts) {
    Tuple row =
        Tuple.of(model)
            .addArrayOfUUID(messages.toArray(UUID[]::new))
            .addInteger(seconds)
            .addBoolean(innocent)
            .addInteger(mostAttempts);
    return database.callSystem(PUT_OFF, row).iterator().next().getLong(0);
  }

  private static Float[] flat(List<float[]> vectors) {
    Float[] flat = new Float[vectors.size() * vectors.getFirst().length];
    int i = 0;
    for (float[] vector : vectors) {
      for (float value : vector) {
        flat[i++] = value;
      }
    }
    return flat;
  }
}
