package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.action.Citations;
import dev.mordomo.action.ToolContext;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchDocumentsToolTest {
  @TempDir static Path folder;

  @Test
  void itLooksWhereTheTurnMayAndNumbersWhatItFinds() {
    try (TestKnowledge knowledge = new TestKnowledge(folder)) {
      Scope ana = knowledge.user();
      UUID garden = knowledge.collection(ana, CollectionScope.USER);
      UUID kitchen = knowledge.collection(ana, CollectionScope.USER);
      knowledge.add(ana, garden, "Jardim", "O preço da muda de jabuticaba é de sete euros.");
      knowledge.add(ana, kitchen, "Cozinha", "O preço da panela de ferro é de vinte euros.");
      SearchDocumentsTool tool = new SearchDocumentsTool(knowledge.service);

      assertEquals(List.of("Cozinha", "Jardim"), titles(tool, ana, Optional.empty()));
      assertEquals(List.of("Jardim"), titles(tool, ana, Optional.of(List.of(garden))));
      assertEquals(List.of(), titles(tool, ana, Optional.of(List.of())));
    }
  }

  private static List<String> titles(
      SearchDocumentsTool tool, Scope who, Optional<List<UUID>> collections) {
    List<Citations.Source> cited = new ArrayList<>();
    ToolContext context =
        new ToolContext(
            who,
            Ids.next(),
            Ids.next(),
            Ids.next(),
            ZoneOffset.UTC,
            Instant.now(),
            collections,
            source -> {
              cited.add(source);
              return 6 + cited.size();
            });
    JsonNode found = Json.tree(tool.run(context, Map.of("query", "qual é o preço?")));
    List<String> titles = new ArrayList<>();
    int n = 7;
    for (JsonNode passage : found.get("passages")) {
      assertEquals(n++, passage.get("n").asInt());
      assertEquals(passage.get("chunk_id").asText(), cited.get(titles.size()).chunkId().toString());
      titles.add(passage.get("title").asText());
    }
    return titles.stream().sorted().toList();
  }
}
