package dev.mordomo.knowledge;

import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.DocumentStore.Earlier;
import io.vertx.sqlclient.SqlClient;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Takes documents in: reads and embeds first, with nothing held open; then file, document, chunks
 * and embeddings under one lock and in one transaction.
 */
final class DocumentIntake {
  private final Database database;
  private final Bus bus;
  private final FileStore files;
  private final DocumentPreparation preparation;
  private final Embedder embedder;
  private final InstantSource clock;

  DocumentIntake(
      Database database,
      Bus bus,
      FileStore files,
      DocumentPreparation preparation,
      Embedder embedder,
      InstantSource clock) {
    this.database = database;
    this.bus = bus;
    this.files = files;
    this.preparation = preparation;
    this.embedder = embedder;
    this.clock = clock;
  }

  /** What becomes of an upload. */
  private sealed interface Verdict {
    record Insert() implements Verdict {}

    record Replace(UUID documentId) implements Verdict {}

    record Existing(UUID documentId) implements Verdict {}
  }

  Document add(Scope who, CollectionStore.Found collection, DocumentUpload upload) {
    PreparedDocument prepared = preparation.prepare(upload);
    // Before the costly part; and once more under the lock.
    Verdict early = database.as(who, c -> verdict(c, who, collection, prepared, upload));
    if (early instanceof Verdict.Existing existing) {
      return database.as(who, c -> existing(c, existing.documentId()));
    }
    List<float[]> vectors = embedder.embed(who, prepared.chunks());
    List<String> replacedFiles = new ArrayList<>();
    Document stored =
        database.as(
            who,
            c -> {
              DocumentStore.lock(c, collection.id().toString());
              Verdict verdict = verdict(c, who, collection, prepared, upload);
              return store(c, who, collection, prepared, vectors, verdict, replacedFiles);
            });
    replacedFiles.forEach(key -> dropUnused(who, key));
    announce(collection, stored);
    return stored;
  }

  /** Puts a new version in a known document's place, whatever else there is like it. */
  Document replace(Scope who, CollectionStore.Found collection, UUID id, DocumentUpload upload) {
    PreparedDocument prepared = preparation.prepare(upload);
    List<float[]> vectors = embedder.embed(who, prepared.chunks());
    List<String> replacedFiles = new ArrayList<>();
    Verdict verdict = new Verdict.Replace(id);
    Document stored =
        database.as(who, c -> store(c, who, collection, prepared, vectors, verdict, replacedFiles));
    replacedFiles.forEach(key -> dropUnused(who, key));
    announce(collection, stored);
    return stored;
  }

  /** Removes a file that no row names any more. */
  void dropUnused(Scope who, String key) {
    database.as(
        who,
        c -> {
          DocumentStore.lock(c, key);
          if (!DocumentStore.fileInUse(c, key)) {
            files.delete(key);
          }
          return key;
        });
  }

  private Verdict verdict(
      SqlClient connection,
      Scope who,
      CollectionStore.Found collection,
      PreparedDocument prepared,
      DocumentUpload upload) {
    if (upload.onDuplicate() == OnDuplicate.KEEP) {
      return new Verdict.Insert();
    }
    Optional<Earlier> found =
        DocumentStore.duplicate(
            connection,
            who,
            collection.id(),
            prepared.sha256(),
            prepared.source(),
            prepared.title());
    if (found.isEmpty()) {
      return new Verdict.Insert();
    }
    Earlier earlier = found.get();
    boolean here = earlier.collectionId().equals(collection.id());
    boolean sameBytes = sha256Of(connection, earlier).equals(prepared.sha256());
    return switch (upload.onDuplicate()) {
      case KEEP -> new Verdict.Insert();
      case LINK -> {
        if (!sameBytes) {
          throw refused(earlier);
        }
        yield here ? new Verdict.Existing(earlier.documentId()) : new Verdict.Insert();
      }
      case REPLACE -> {
        if (!here) {
          throw refused(earlier);
        }
        yield new Verdict.Replace(earlier.documentId());
      }
      case REFUSE -> throw refused(earlier);
    };
  }

  private static String sha256Of(SqlClient connection, Earlier earlier) {
    return DocumentStore.find(connection, earlier.documentId())
        .map(f -> f.document().sha256())
        .orElse("");
  }

  private static Failure refused(Earlier earlier) {
    String like =
        switch (earlier.reason()) {
          case "source" -> "from the same source";
          case "hash" -> "with the same content";
          default -> "with nearly the same title";
        };
    return Failure.of(FailureCode.DUPLICATE, "there is a document " + like)
        .with(new Duplicate(earlier.documentId(), earlier.reason()));
  }

  private Document store(
      SqlClient connection,
      Scope who,
      CollectionStore.Found collection,
      PreparedDocument prepared,
      List<float[]> vectors,
      Verdict verdict,
      List<String> replacedFiles) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    Original file =
        new Original(
            prepared.fileName(), collection.owner().fileKey(prepared.sha256()), prepared.bytes());
    return switch (verdict) {
      case Verdict.Existing existing -> existing(connection, existing.documentId());
      case Verdict.Insert _ -> {
        Document document = document(Ids.next(), collection.id(), prepared, now);
        putFile(connection, file);
        DocumentStore.insert(connection, document, collection.owner(), file, who.userId());
        chunks(connection, collection, document, prepared, vectors, now);
        yield document;
      }
      case Verdict.Replace replace -> {
        DocumentStore.Found old =
            DocumentStore.find(connection, replace.documentId())
                .orElseThrow(() -> Failure.notFound("the document"));
        Document document =
            document(replace.documentId(), collection.id(), prepared, old.document().createdAt());
        putFile(connection, file);
        ChunkStore.delete(connection, document.id());
        DocumentStore.replace(connection, document, file, now);
        chunks(connection, collection, document, prepared, vectors, now);
        old.fileKey().filter(key -> !key.equals(file.key())).ifPresent(replacedFiles::add);
        yield document;
      }
    };
  }

  /** Under the lock of its key, so that nobody removes it before the row is committed. */
  private void putFile(SqlClient connection, Original file) {
    DocumentStore.lock(connection, file.key());
    files.put(file.key(), file.bytes());
  }

  private void chunks(
      SqlClient connection,
      CollectionStore.Found collection,
      Document document,
      PreparedDocument prepared,
      List<float[]> vectors,
      Instant now) {
    ChunkStore.insert(
        connection,
        document,
        collection.owner(),
        prepared.chunks(),
        embedder.modelId(),
        vectors,
        now);
  }

  private static Document existing(SqlClient connection, UUID id) {
    return DocumentStore.find(connection, id)
        .orElseThrow(() -> Failure.notFound("the document"))
        .document();
  }

  private static Document document(UUID id, UUID collection, PreparedDocument from, Instant at) {
    return new Document(
        id,
        collection,
        from.title(),
        from.source(),
        from.sourceType(),
        from.language(),
        from.sha256(),
        DocumentStatus.INDEXED,
        from.chunks().size(),
        from.metadata(),
        at);
  }

  private void announce(CollectionStore.Found collection, Document document) {
    bus.publish(
        KnowledgeEvent.DOCUMENT_INDEXED,
        new KnowledgeEvent.DocumentIndexed(
            collection.owner().tenantId(), collection.id(), document.id(), document.chunkCount()));
  }
}
