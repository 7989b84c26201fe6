package dev.mordomo.gateway.http;

import dev.mordomo.model.ChatModels;
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
    List<Map<String, Object>> data =
        models.list().stream()
            .map(model -> {
              Map<String, Object> entry = new LinkedHashMap<>();
              entry.put("id", model.id());
              entry.put("object", "model");
              entry.put("created", 0);
              entry.put("owned_by", model.id().substring(0, model.id().indexOf('/')));
              entry.put("type", model.type());
              entry.put("description", model.description());
              entry.put("default", model.isDefault());
              return entry;
            })
            .toList();
    return Answer.ok(Map.of("object", "list", "data", data));
  }
}
