package dev.mordomo.knowledge;

import dev.mordomo.kernel.Address;
import java.util.Optional;
import java.util.UUID;

/** What this package announces, after the commit. */
public sealed interface KnowledgeEvent {
  Address<DocumentIndexed> DOCUMENT_INDEXED =
      new Address<>("document.indexed", DocumentIndexed.class);
  Address<DocumentDeleted> DOCUMENT_DELETED =
      new Address<>("document.deleted", DocumentDeleted.class);
  Address<CollectionDeleted> COLLECTION_DELETED =
      new Address<>("collection.deleted", CollectionDeleted.class);

  Address<EmbeddingModelChanged> EMBEDDING_MODEL_CHANGED =
      new Address<>("embedding_model.changed", EmbeddingModelChanged.class);

  /** Of the collection's owner; empty for a global one. */
  Optional<UUID> tenantId();

  /** A document can be found; a replaced one likewise, under the id it had. */
  record DocumentIndexed(
      Optional<UUID> tenantId, UUID collectionId, UUID documentId, int chunkCount)
      implements KnowledgeEvent {}

  record DocumentDeleted(Optional<UUID> tenantId, UUID collectionId, UUID documentId)
      implements KnowledgeEvent {}

  record CollectionDeleted(Optional<UUID> tenantId, UUID collectionId) implements KnowledgeEvent {}

  /** Search and ingest work with another model now. */
  record EmbeddingModelChanged(String model) implements KnowledgeEvent {
    @Override
    public Optional<UUID> tenantId() {
      return Optional.empty();
    }
  }
}
