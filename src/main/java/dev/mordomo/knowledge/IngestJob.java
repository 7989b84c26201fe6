package dev.mordomo.knowledge;

import dev.mordomo.job.Job;
import dev.mordomo.job.JobHandler;
import dev.mordomo.job.JobRequest;
import dev.mordomo.job.JobRun;
import dev.mordomo.job.JobStatus;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.DocumentUpload.Content;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.SqlClient;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Takes a large document in: reads the stored file, embeds its chunks and keeps each batch, and
 * puts all of it into the index at once. Begun again, it embeds only what is missing. Started by
 * hand it reads a document's original once more.
 */
final class IngestJob implements JobHandler {
  static final String TYPE = "ingest";
  private static final Pattern ID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  private final Database database;
  private final FileStore files;
  private final DocumentPreparation preparation;
  private final Embedder embedder;
  private final DocumentWriter writer;
  private final SimilarDocuments similar;
  private final DocumentIntake intake;

  IngestJob(
      Database database,
      FileStore files,
      DocumentPreparation preparation,
      Embedder embedder,
      DocumentWriter writer,
      SimilarDocuments similar,
      DocumentIntake intake) {
    this.database = database;
    this.files = files;
    this.preparation = preparation;
    this.embedder = embedder;
    this.writer = writer;
    this.similar = similar;
    this.intake = intake;
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> checked(Scope who, Map<String, Object> payload) {
    UUID id =
        Optional.ofNullable(payload.get("document_id"))
            .map(Object::toString)
            .filter(text -> ID.matcher(text).matches())
            .map(UUID::fromString)
            .orElseThrow(() -> Failure.invalid("payload.document_id", "expected a UUID"));
    database.as(
        who,
        c -> {
          DocumentStore.Found found = found(c, id);
          CollectionStore.Found collection = collection(c, found);
          if (!collection.owner().isWritableBy(who)) {
            throw Failure.of(FailureCode.FORBIDDEN, Owner.NOT_WRITABLE);
          }
          if (found.document().status() == DocumentStatus.PENDING) {
            throw Failure.of(FailureCode.CONFLICT, "the document is being taken in already");
          }
          return id;
        });
    return Map.of("document_id", id, "again", true);
  }

  @Override
  public Map<String, Object> run(JobRun run) {
    Scope who = run.scope();
    UUID id = documentId(run.payload());
    DocumentStore.Found row = database.as(who, c -> found(c, id));
    CollectionStore.Found collection = database.as(who, c -> collection(c, row));
    run.progress(0, 0);
    PreparedDocument prepared =
        preparation.prepare(upload(run.payload(), row), intake.hiding(who, collection));
    Set<UUID> itself = new HashSet<>(Set.of(id));
    row.replaces().ifPresent(itself::add);
    if (row.document().status() == DocumentStatus.PENDING && row.replaces().isEmpty()) {
      rename(who, run, row.document(), prepared).ifPresent(itself::add);
    }
    EmbeddedChunks vectors = embedder.embed(who, prepared.chunks(), keeping(run, id));
    // Before its rows are there, in a transaction of its own: should it fail, the job does not.
    List<SimilarDocument> similarTo = similar.to(who, collection.id(), prepared, vectors, itself);
    record Taken(Document document, Optional<String> droppedFile) {}
    Taken taken =
        database.as(
            who,
            c -> {
              run.hold(c);
              DocumentStore.Found pending = locked(c, id);
              UUID target = pending.replaces().orElse(id);
              // What was to be replaced may be gone by now: then it is a document of its own.
              DocumentStore.Found old =
                  target.equals(id) ? pending : DocumentStore.lockRow(c, target).orElse(pending);
              Document document = writer.swap(c, collection, old, prepared, vectors);
              KeptEmbeddingStore.drop(c, id);
              if (!document.id().equals(id)) {
                DocumentStore.delete(c, id);
              }
              run.finish(
                  c,
                  Map.of(
                      "document_id",
                      document.id(),
                      "chunk_count",
                      document.chunkCount(),
                      "similar_to",
                      similarTo));
              String key = collection.owner().fileKey(prepared.sha256());
              return new Taken(document, old.fileKey().filter(k -> !k.equals(key)));
            });
    taken.droppedFile().ifPresent(key -> intake.dropUnused(who, key));
    intake.announce(collection, taken.document());
    return Map.of();
  }

  private DocumentUpload upload(Map<String, Object> payload, DocumentStore.Found row) {
    Buffer bytes =
        row.fileKey()
            .flatMap(files::get)
            .orElseThrow(() -> Failure.of(FailureCode.NOT_FOUND, "the file is not there any more"));
    boolean again = payload.containsKey("again");
    Optional<String> title = again ? Optional.of(row.document().title()) : text(payload, "title");
    return new DocumentUpload(
        new Content.File(row.fileName().orElse("document.txt"), bytes),
        title,
        row.document().source(),
        text(payload, "language"),
        row.document().metadata(),
        text(payload, "on_duplicate").flatMap(OnDuplicate::of).orElse(OnDuplicate.KEEP));
  }

  /**
   * Now that its own title is known, it may turn out to be a duplicate after all.
   *
   * @return the document in whose place it comes
   */
  private Optional<UUID> rename(
      Scope who, JobRun run, Document pending, PreparedDocument prepared) {
    if (pending.title().equals(prepared.title())) {
      return Optional.empty();
    }
    Candidate candidate =
        new Candidate(
            pending.collectionId(),
            prepared.sha256(),
            prepared.source(),
            prepared.comparedTitle(),
            text(run.payload(), "on_duplicate").flatMap(OnDuplicate::of).orElse(OnDuplicate.KEEP),
            Optional.of(pending.id()));
    return database.as(
        who,
        c -> {
          DocumentStore.lock(c, pending.collectionId().toString());
          if (candidate.verdict(c, who) instanceof Verdict.Replace it) {
            DocumentStore.setReplaces(c, pending.id(), it.documentId());
            return Optional.of(it.documentId());
          }
          // Linking asks for the same bytes, and those were looked for before.
          DocumentStore.rename(c, pending.id(), prepared.title());
          return Optional.empty();
        });
  }

  private Keeping keeping(JobRun run, UUID document) {
    Scope who = run.scope();
    return new Keeping() {
      @Override
      public Map<String, float[]> kept(short model) {
        return database.as(who, c -> KeptEmbeddingStore.kept(c, document, model));
      }

      @Override
      public void keep(short model, List<String> fingerprints, List<float[]> vectors) {
        database.as(
            who,
            c -> {
              KeptEmbeddingStore.keep(c, document, model, fingerprints, vectors);
              return true;
            });
      }

      @Override
      public void progress(int done, int total) {
        run.progress(done, total);
      }
    };
  }

  @Override
  public void gaveUp(SqlClient connection, JobRequest request, Job job) {
    UUID id = documentId(request.payload());
    if (job.status() == JobStatus.CANCELLED || isRefused(job)) {
      DocumentStore.dropPending(connection, id);
    } else {
      DocumentStore.failPending(connection, id);
    }
    if (!isUnpaid(job)) {
      KeptEmbeddingStore.drop(connection, id);
    }
  }

  /** What is paid for is kept, for when there are tokens again and somebody begins it anew. */
  private static boolean isUnpaid(Job job) {
    return job.status() == JobStatus.FAILED
        && job.error()
            .filter(why -> why.code().equals(FailureCode.QUOTA_EXCEEDED.wire()))
            .isPresent();
  }

  /**
   * All else was checked before the job began: its text holds what the tenant refuses, and nothing
   * of that is kept.
   */
  private static boolean isRefused(Job job) {
    return job.error().filter(why -> why.code().equals(FailureCode.INVALID.wire())).isPresent();
  }

  @Override
  public void afterGivingUp(JobRequest request, Job job) {
    Optional.ofNullable(request.payload().get("file_key"))
        .ifPresent(key -> intake.dropUnused(request.scope(), key.toString()));
  }

  private static UUID documentId(Map<String, Object> payload) {
    return UUID.fromString(String.valueOf(payload.get("document_id")));
  }

  private static Optional<String> text(Map<String, Object> payload, String name) {
    return Optional.ofNullable(payload.get(name)).map(Object::toString);
  }

  private static DocumentStore.Found found(SqlClient connection, UUID id) {
    return DocumentStore.find(connection, id).orElseThrow(IngestJob::gone);
  }

  private static DocumentStore.Found locked(SqlClient connection, UUID id) {
    return DocumentStore.lockRow(connection, id).orElseThrow(IngestJob::gone);
  }

  private static CollectionStore.Found collection(SqlClient connection, DocumentStore.Found row) {
    return CollectionStore.find(connection, row.document().collectionId())
        .orElseThrow(IngestJob::gone);
  }

  private static Failure gone() {
    return Failure.notFound("the document");
  }
}
