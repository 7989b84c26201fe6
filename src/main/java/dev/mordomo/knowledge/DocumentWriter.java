package dev.mordomo.knowledge;

import dev.mordomo.kernel.Deed;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import io.vertx.sqlclient.SqlClient;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;

/** Writes documents with their file, chunks and embeddings, within a caller's transaction. */
final class DocumentWriter {
  private final FileStore files;
  private final ActiveModel models;
  private final InstantSource clock;

  DocumentWriter(FileStore files, ActiveModel models, InstantSource clock) {
    this.files = files;
    this.models = models;
    this.clock = clock;
  }

  /** A document of its own. */
  Document insert(
      SqlClient connection,
      Scope who,
      CollectionStore.Found collection,
      PreparedDocument prepared,
      EmbeddedChunks vectors) {
    models.hold(connection, vectors.model());
    Original file = original(collection, prepared);
    Document document =
        document(Ids.next(), collection.id(), prepared, DocumentStatus.INDEXED, now());
    Deed.about(document.id());
    putFile(connection, file);
    DocumentStore.insert(
        connection, document, collection.owner(), file, who.userId(), Optional.empty());
    chunks(connection, collection, document, prepared, vectors);
    return document;
  }

  /** The row of one that a job will take in; its file is there when the row is. */
  Document insertPending(
      SqlClient connection,
      Scope who,
      CollectionStore.Found collection,
      PreparedDocument prepared,
      Optional<UUID> replaces) {
    Original file = original(collection, prepared);
    Document document =
        document(Ids.next(), collection.id(), prepared, DocumentStatus.PENDING, now());
    Deed.about(document.id());
    putFile(connection, file);
    DocumentStore.dropFailed(connection, collection.id(), prepared.sha256());
    DocumentStore.insert(connection, document, collection.owner(), file, who.userId(), replaces);
    return document;
  }

  /** Puts it in the place of a document that was found: search sees one of them, whole. */
  Document swap(
      SqlClient connection,
      CollectionStore.Found collection,
      DocumentStore.Found old,
      PreparedDocument prepared,
      EmbeddedChunks vectors) {
    models.hold(connection, vectors.model());
    Original file = original(collection, prepared);
    Document document =
        document(
            old.document().id(),
            collection.id(),
            prepared,
            DocumentStatus.INDEXED,
            old.document().createdAt());
    Deed.about(document.id());
    putFile(connection, file);
    ChunkStore.delete(connection, document.id());
    DocumentStore.replace(connection, document, file, now());
    chunks(connection, collection, document, prepared, vectors);
    return document;
  }

  /** Under the lock of its key, so that nobody removes it before the row is committed. */
  private void putFile(SqlClient connection, Original file) {
    DocumentStore.lock(connection, file.key());
    if (file.sealed()) {
      files.putSealed(file.key(), file.bytes());
    } else {
      files.put(file.key(), file.bytes());
    }
  }

  private void chunks(
      SqlClient connection,
      CollectionStore.Found collection,
      Document document,
      PreparedDocument prepared,
      EmbeddedChunks vectors) {
    ChunkStore.insert(
        connection,
        document,
        collection.owner(),
        prepared.chunks(),
        vectors.model(),
        vectors.vectors(),
        now());
  }

  private static Original original(CollectionStore.Found collection, PreparedDocument prepared) {
    return new Original(
        prepared.fileName(),
        collection.owner().fileKey(prepared.sha256()),
        prepared.bytes(),
        prepared.sealed());
  }

  private static Document document(
      UUID id, UUID collection, PreparedDocument from, DocumentStatus status, Instant at) {
    return new Document(
        id,
        collection,
        from.title(),
        from.source(),
        from.sourceType(),
        from.language(),
        from.sha256(),
        status,
        from.chunks().size(),
        from.metadata(),
        at);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
