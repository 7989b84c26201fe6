package dev.mordomo.gateway.http;

import dev.mordomo.kernel.Failure;
import dev.mordomo.model.ChatModels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The models that can be named, in the shape that OpenAI clients know. */
final class ModelRoutes {
  private final ChatModels models;

  ModelRoutes(ChatModels models) {
    this.models = models;
  }

  Answer list(Exchange exchange) {
    return Answer.ok(Map.of("object", "list", "data", entries()));
  }

  Answer get(Exchange exchange) {
    String id = exchange.path("id");
    return entries().stream()
        .filter(entry -> id.equals(entry.get("id")))
        .findFirst()
        .map(Answer::ok)
        .orElseThrow(() -> Failure.notFound("the model"));
  }

  private List<Map<String, Object>> entries() {
    List<Map<String, Object>> entries = new ArrayList<>();
    Map<String, Object> assistant =
        entry(
            ChatModels.ASSISTANT,
            "chat",
            "The whole assistant: your documents, reminders and devices, by the default model",
            false);
    assistant.put("model", models.byDefault().name());
    entries.add(assistant);
    models
        .list()
        .forEach(model ->
            entries.add(entry(model.id(), model.type(), model.description(), model.isDefault())));
    return entries;
  }

  private static Map<String, Object> entry(
      String id, String type, String description, boolean isDefault) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("id", id);
    entry.put("object", "model");
    entry.put("created", 0);
    entry.put("owned_by", id.split("/", 2)[0]);
    entry.put("type", type);
    entry.put("description", description);
    entry.put("default", isDefault);
    return entry;
  }
}
