package dev.mordomo.knowledge;

import dev.mordomo.job.JobHandler;
import dev.mordomo.job.JobRun;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import java.util.Map;

/** Removes the vectors of an embedding model that search has left. */
final class DropModelJob implements JobHandler {
  static final String TYPE = "drop_embedding_model";

  private final Database database;
  private final ActiveModel models;

  DropModelJob(Database database, ActiveModel models) {
    this.database = database;
    this.models = models;
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> checked(Scope who, Map<String, Object> payload) {
    who.requireSuperuser("embedding models are dropped by the superuser alone");
    if (!(payload.get("model") instanceof String name) || name.isBlank()) {
      throw Failure.invalid("payload.model", "expected the name of a model");
    }
    if (name.equals(models.wanted().model().name())
        || name.equals(models.current().model().name())) {
      throw Failure.of(FailureCode.CONFLICT, "the model is in use");
    }
    return Map.of("model", name);
  }

  @Override
  public Map<String, Object> run(JobRun run) {
    String name = String.valueOf(run.payload().get("model"));
    EmbeddingModelStore.drop(database, name);
    return Map.of("model", name);
  }
}
