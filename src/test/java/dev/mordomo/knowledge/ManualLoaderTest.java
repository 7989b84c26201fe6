package dev.mordomo.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.ManualLoader.Loaded;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ManualLoaderTest {
  private static final Buffer BACKUP = Buffer.buffer("# Cópias\n\nRode o comando backup.\n");
  private static final Buffer COPIAS = Buffer.buffer("# Cópias\n\nEjecute la orden backup.\n");
  private static final Buffer NEWER = Buffer.buffer("# Cópias\n\nRode o comando backup noturno.\n");

  @TempDir Path folder;

  @Test
  void theCollectionFollowsTheManual() {
    try (TestKnowledge knowledge = new TestKnowledge(folder)) {
      Scope root = knowledge.db.tenantWithUser("superuser");
      ManualLoader loader = new ManualLoader(knowledge.service);
      Map<String, Buffer> pages = Map.of("pt/backup.md", BACKUP, "es/backup.md", COPIAS);
      assertEquals(new Loaded(2, 0, 0), loader.load(root, pages));
      assertEquals(new Loaded(0, 0, 2), loader.load(root, pages));

      knowledge.add(root, collection(knowledge, root).id(), "À mão", "Página posta à mão.");
      assertEquals(new Loaded(1, 1, 0), loader.load(root, Map.of("pt/backup.md", NEWER)));
      assertEquals(2, collection(knowledge, root).documentCount());

      Scope ana = knowledge.user();
      assertEquals(List.of("Cópias"), knowledge.titles(ana, "backup noturno"));
    }
  }

  @Test
  void theManualOfTheBuildCanBeLoaded() {
    try (TestKnowledge knowledge = new TestKnowledge(folder)) {
      Scope root = knowledge.db.tenantWithUser("superuser");
      ManualLoader loader = new ManualLoader(knowledge.service);
      Loaded loaded = loader.load(root);
      assertEquals(loaded.written(), collection(knowledge, root).documentCount());
      assertTrue(loader.load(root).written() == 0);
    }
  }

  private static KnowledgeCollection collection(TestKnowledge knowledge, Scope who) {
    return knowledge.service.collections(who, Optional.empty(), 10).stream()
        .filter(c -> c.name().equals(ManualLoader.COLLECTION))
        .findFirst()
        .orElseThrow();
  }
}
