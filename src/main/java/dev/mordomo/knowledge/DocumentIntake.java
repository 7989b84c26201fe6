package dev.mordomo.knowledge;

import dev.mordomo.job.JobService;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Once;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.DocumentMasking.Hiding;
import io.vertx.sqlclient.SqlClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Takes documents in: reads and embeds first, with nothing held open; then file, document, chunks
 * and embeddings under one lock and in one transaction. Large ones are left to {@link IngestJob}.
 */
final class DocumentIntake {
  private final Database database;
  private final Bus bus;
  private final FileStore files;
  private final DocumentPreparation preparation;
  private final DocumentMasking masking;
  private final Embedder embedder;
  private final DocumentWriter writer;
  private final SimilarDocuments similar;
  private final JobService jobs;

  DocumentIntake(
      Database database,
      Bus bus,
      FileStore files,
      DocumentPreparation preparation,
      DocumentMasking masking,
      Embedder embedder,
      DocumentWriter writer,
      SimilarDocuments similar,
      JobService jobs) {
    this.database = database;
    this.bus = bus;
    this.files = files;
    this.preparation = preparation;
    this.masking = masking;
    this.embedder = embedder;
    this.writer = writer;
    this.similar = similar;
    this.jobs = jobs;
  }

  /** A document as it stands now, and the file that it does not name any more. */
  private record Stored(Document document, Optional<String> droppedFile) {}

  Submitted.Added add(Scope who, CollectionStore.Found collection, DocumentUpload upload) {
    PreparedDocument prepared = preparation.prepare(upload, hiding(who, collection));
    Candidate candidate = candidate(collection, prepared, upload);
    // Before the costly part; and once more under the lock.
    Verdict early = database.as(who, c -> candidate.verdict(c, who));
    if (early instanceof Verdict.Existing existing) {
      return new Submitted.Added(
          database.as(who, c -> existing(c, existing.documentId())), List.of());
    }
    EmbeddedChunks vectors = embedder.embed(who, prepared.chunks(), Keeping.NOTHING);
    Stored stored =
        database.as(
            who,
            c -> {
              DocumentStore.lock(c, collection.id().toString());
              return switch (candidate.verdict(c, who)) {
                case Verdict.Existing it ->
                    new Stored(existing(c, it.documentId()), Optional.empty());
                case Verdict.Insert _ ->
                    made(
                        c,
                        new Stored(
                            writer.insert(c, who, collection, prepared, vectors),
                            Optional.empty()));
                case Verdict.Replace it ->
                    made(c, swap(c, collection, it.documentId(), prepared, vectors));
              };
            });
    return taken(who, collection, prepared, vectors, stored);
  }

  private static Stored made(SqlClient connection, Stored stored) {
    Once.made(connection, new Submitted.Added(stored.document(), List.of()));
    return stored;
  }

  /** Puts a new version in a known document's place, whatever else there is like it. */
  Submitted.Added replace(
      Scope who, CollectionStore.Found collection, UUID id, DocumentUpload upload) {
    PreparedDocument prepared = preparation.prepare(upload, hiding(who, collection));
    EmbeddedChunks vectors = embedder.embed(who, prepared.chunks(), Keeping.NOTHING);
    Stored stored = database.as(who, c -> swap(c, collection, id, prepared, vectors));
    return taken(who, collection, prepared, vectors, stored);
  }

  /** Of two at once that say the same, the later one is compared with the earlier. */
  private Submitted.Added taken(
      Scope who,
      CollectionStore.Found collection,
      PreparedDocument prepared,
      EmbeddedChunks vectors,
      Stored stored) {
    stored.droppedFile().ifPresent(key -> dropUnused(who, key));
    Document document = stored.document();
    announce(collection, document);
    return new Submitted.Added(
        document, similar.to(who, collection.id(), prepared, vectors, Set.of(document.id())));
  }

  /** Keeps the file and a pending row, and has a job do the rest. */
  Submitted submit(Scope who, CollectionStore.Found collection, DocumentUpload upload) {
    PreparedDocument glanced = preparation.glance(upload, hiding(who, collection));
    Candidate candidate = candidate(collection, glanced, upload);
    record Accepted(Submitted submitted, Runnable announce) {}
    Accepted accepted =
        database.as(
            who,
            c -> {
              DocumentStore.lock(c, collection.id().toString());
              Optional<UUID> replaces =
                  switch (candidate.verdict(c, who)) {
                    case Verdict.Existing it -> {
                      Document there = existing(c, it.documentId());
                      yield Optional.of(there.id());
                    }
                    case Verdict.Insert _ -> Optional.empty();
                    case Verdict.Replace it -> Optional.of(it.documentId());
                  };
              if (replaces.isPresent() && upload.onDuplicate() == OnDuplicate.LINK) {
                return new Accepted(
                    new Submitted.Added(existing(c, replaces.get()), List.of()), () -> {});
              }
              Document pending = writer.insertPending(c, who, collection, glanced, replaces);
              String key = collection.owner().fileKey(glanced.sha256());
              JobService.Enqueued job =
                  jobs.enqueue(c, who, IngestJob.TYPE, payload(pending, key, upload));
              Submitted.Queued queued = new Submitted.Queued(job.job());
              Once.made(c, queued);
              return new Accepted(queued, job.announce());
            });
    accepted.announce().run();
    return accepted.submitted();
  }

  /** What is for all tenants is the superuser's to judge, who publishes it. */
  Hiding hiding(Scope who, CollectionStore.Found collection) {
    return collection.owner().scope() == CollectionScope.GLOBAL
        ? DocumentMasking.NONE.begin(who)
        : masking.begin(who);
  }

  private static Map<String, Object> payload(
      Document pending, String fileKey, DocumentUpload upload) {
    Map<String, Object> payload = new HashMap<>();
    payload.put("document_id", pending.id());
    payload.put("on_duplicate", upload.onDuplicate().wire());
    payload.put("file_key", fileKey);
    upload.title().ifPresent(title -> payload.put("title", pending.title()));
    upload.language().ifPresent(language -> payload.put("language", language));
    return payload;
  }

  private Stored swap(
      SqlClient connection,
      CollectionStore.Found collection,
      UUID id,
      PreparedDocument prepared,
      EmbeddedChunks vectors) {
    DocumentStore.Found old =
        DocumentStore.lockRow(connection, id).orElseThrow(() -> Failure.notFound("the document"));
    Document document = writer.swap(connection, collection, old, prepared, vectors);
    String key = collection.owner().fileKey(prepared.sha256());
    return new Stored(document, old.fileKey().filter(k -> !k.equals(key)));
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

  void announce(CollectionStore.Found collection, Document document) {
    bus.publish(
        KnowledgeEvent.DOCUMENT_INDEXED,
        new KnowledgeEvent.DocumentIndexed(
            collection.owner().tenantId(), collection.id(), document.id(), document.chunkCount()));
  }

  private static Candidate candidate(
      CollectionStore.Found collection, PreparedDocument prepared, DocumentUpload upload) {
    return new Candidate(
        collection.id(),
        prepared.sha256(),
        prepared.source(),
        prepared.comparedTitle(),
        upload.onDuplicate(),
        Optional.empty());
  }

  private static Document existing(SqlClient connection, UUID id) {
    return DocumentStore.find(connection, id)
        .orElseThrow(() -> Failure.notFound("the document"))
        .document();
  }
}
