package dev.mordomo.knowledge;

import dev.mordomo.Await;
import dev.mordomo.kernel.Scope;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What the import from ChromaDB does with each page once it has read it, by itself, for whoever
 * measures it.
 */
public final class BulkLoad implements AutoCloseable {
  private final KnowledgeService service;
  private final Scope who;
  private final KnowledgeCollection into;
  private final ChromaServer nowhere =
      new ChromaServer(URI.create("http://127.0.0.1:9"), "t", "d", Optional.empty());
  private final ChromaImport pages;

  public BulkLoad(KnowledgeService service, Scope who, String name) {
    this.service = service;
    this.who = who;
    this.into = service.ensureCollection(who, name, CollectionScope.TENANT);
    this.pages = service.chromaImport(nowhere, new LoadReport());
  }

  public UUID collection() {
    return into.id();
  }

  /** One transaction; the vectors are taken as they are. */
  public void page(List<String> ids, List<String> texts, List<float[]> vectors) {
    List<ChromaServer.Entry> entries = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      entries.add(new ChromaServer.Entry(ids.get(i), texts.get(i), vectors.get(i), Map.of()));
    }
    pages.write(who, into, new ChromaServer.Collection("", into.name()), entries, true);
  }

  /** Waits until all that was loaded is in the vector index. */
  public void index() {
    Await.until(
        "indexed",
        () -> service.vectorIndex().keepUp() == VectorIndex.Round.NOTHING,
        Duration.ofHours(1));
  }

  @Override
  public void close() {
    nowhere.close();
  }
}
