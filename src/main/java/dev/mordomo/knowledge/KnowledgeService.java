package dev.mordomo.knowledge;

import dev.mordomo.job.JobService;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Caller;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Deed;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Once;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Telling;
import dev.mordomo.knowledge.text.Chunker;
import dev.mordomo.knowledge.text.FileKind;
import dev.mordomo.knowledge.text.TextExtractor;
import dev.mordomo.model.embedded.LanguageDetector;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Collections, documents and search, for whoever speaks. To be called from virtual threads.
 *
 * <p>What the caller does not see fails with {@code not_found}; writing to a global collection is
 * the superuser's alone, to a tenant's its operators' and administrators', else {@code forbidden}.
 */
public final class KnowledgeService {
  private static final int LONGEST_NAME = 160;
  private static final int MOST_LISTED = 200;

  private final Database database;
  private final Bus bus;
  private final FileStore files;
  private final InstantSource clock;
  private final DocumentIntake intake;
  private final KnowledgeConfig config;
  private final ActiveModel models;
  private final ModelCalls calls;
  private final KnowledgeMeters meters;
  private final SearchTraces traces;
  private final VectorIndex vectorIndex;
  private final Searcher searcher;
  private final Retriever retriever;
  private final AskedSearches asked;
  private final TextVectors vectors;

  /**
   * Makes the model's partition and index where they are missing: the database must be up.
   * Registers the jobs that take large documents in.
   *
   * @param telling what models elsewhere, and traces, are told of what is searched
   */
  public KnowledgeService(
      Database database,
      Bus bus,
      FileStore files,
      JobService jobs,
      KnowledgeModels models,
      DocumentMasking masking,
      Telling telling,
      KnowledgeConfig config,
      MeterRegistry metrics,
      InstantSource clock) {
    this.database = database;
    this.bus = bus;
    this.files = files;
    this.clock = clock;
    this.config = config;
    this.models = new ActiveModel(database, models.embedding(), models.byName());
    this.meters = new KnowledgeMeters(metrics);
    DocumentPreparation preparation =
        new DocumentPreparation(
            new TextExtractor(config.extraction(), config.parallelReaders()),
            new Chunker(config.chunking(), LanguageDetector::detect));
    this.calls = new ModelCalls(models.meter());
    Embedder embedder = new Embedder(database, this.models, calls);
    DocumentWriter writer = new DocumentWriter(files, this.models, clock);
    SimilarDocuments similar = new SimilarDocuments(database, this.models, config.exactUpTo());
    this.intake =
        new DocumentIntake(
            database, bus, files, preparation, masking, embedder, writer, similar, jobs);
    jobs.register(
        new BackfillJob(database, bus, this.models, calls, config.backfillShare(), meters));
    jobs.register(new DropModelJob(database, this.models));
    jobs.register(new SweepJob(database, files, clock));
    jobs.register(new IngestJob(database, files, preparation, embedder, writer, similar, intake));
    this.vectorIndex = new VectorIndex(database, config.indexMemory());
    SearchStore store = new SearchStore(database, config);
    this.traces = new SearchTraces(database, store, config);
    Reranking reranking = new Reranking(models.reranker(), calls, config.reranked(), meters);
    this.searcher =
        new Searcher(
            store,
            traces,
            this.models,
            calls,
            telling,
            LanguageDetector::detect,
            reranking,
            meters,
            clock);
    this.asked = new AskedSearches(new AskedSearchStore(database)::add, System::nanoTime);
    this.vectors = new TextVectors(this.models, calls, telling);
    this.retriever = new Retriever(searcher, config.passages());
  }

  /** Vectors of what is no document, by the same models. */
  public TextVectors vectors() {
    return vectors;
  }

  /** All that the caller sees, newest first; {@code before} is the last id of the page before. */
  public List<KnowledgeCollection> collections(Scope who, Optional<UUID> before, int limit) {
    return database.as(who, c -> CollectionStore.list(c, before, bounded(limit)));
  }

  public KnowledgeCollection collection(Scope who, UUID id) {
    return database.as(who, c -> visible(CollectionStore.find(c, id))).collection();
  }

  /** Fails with {@code conflict} when the owner has one of that name. */
  public KnowledgeCollection createCollection(Scope who, String name, CollectionScope scope) {
    String clean = checkedName(name);
    Owner owner = Owner.of(scope, who);
    requireWritable(who, owner);
    UUID id = Ids.next();
    Deed.about(id);
    return database.as(
        who,
        c -> {
          CollectionStore.insert(c, id, owner, clean, clock.instant());
          KnowledgeCollection made = visible(CollectionStore.find(c, id)).collection();
          Once.made(c, made);
          return made;
        });
  }

  /** The one of this owner and name, made if it is not there. */
  public KnowledgeCollection ensureCollection(Scope who, String name, CollectionScope scope) {
    Owner owner = Owner.of(scope, who);
    return database
        .as(who, c -> CollectionStore.find(c, owner, checkedName(name)))
        .map(CollectionStore.Found::collection)
        .orElseGet(() -> createCollection(who, name, scope));
  }

  public KnowledgeCollection renameCollection(Scope who, UUID id, String name) {
    String clean = checkedName(name);
    return database.as(
        who,
        c -> {
          requireWritable(who, visible(CollectionStore.find(c, id)).owner());
          CollectionStore.rename(c, id, clean);
          return visible(CollectionStore.find(c, id)).collection();
        });
  }

  /** With all its documents and their files. */
  public void deleteCollection(Scope who, UUID id) {
    record Deleted(Owner owner, List<String> fileKeys) {}
    Deleted deleted =
        database.as(
            who,
            c -> {
              Owner owner = visible(CollectionStore.find(c, id)).owner();
              requireWritable(who, owner);
              DocumentStore.lock(c, id.toString());
              List<String> keys = DocumentStore.fileKeys(c, id);
              CollectionStore.delete(c, id);
              return new Deleted(owner, keys);
            });
    deleted.fileKeys().forEach(key -> intake.dropUnused(who, key));
    bus.publish(
        KnowledgeEvent.COLLECTION_DELETED,
        new KnowledgeEvent.CollectionDeleted(deleted.owner().tenantId(), id));
  }

  /**
   * Reads, cuts up and embeds a document, then keeps all of it at once.
   *
   * @throws Failure {@code duplicate} with a {@link Duplicate}; what {@link TextExtractor#extract}
   *     says of bad files; what the embedding model says
   */
  public Document addDocument(Scope who, UUID collectionId, DocumentUpload upload) {
    return added(who, collectionId, upload).document();
  }

  /** The same, with the documents that say what it says. */
  Submitted.Added added(Scope who, UUID collectionId, DocumentUpload upload) {
    return intake.add(who, writable(who, collectionId), upload);
  }

  /**
   * The same for documents of any size: a large one is kept and taken in by a job.
   *
   * @throws Failure as {@link #addDocument}; what is wrong within a large file is told by its job
   */
  public Submitted submitDocument(Scope who, UUID collectionId, DocumentUpload upload) {
    CollectionStore.Found collection = writable(who, collectionId);
    return DocumentPreparation.bytes(upload).length() > config.inlineBytes()
        ? intake.submit(who, collection, upload)
        : intake.add(who, collection, upload);
  }

  /** Puts a new version in a document's place: search sees the old one or the new one, whole. */
  public Document replaceDocument(Scope who, UUID documentId, DocumentUpload upload) {
    return replaced(who, documentId, upload).document();
  }

  /** The same, with the documents that say what it says. */
  Submitted.Added replaced(Scope who, UUID documentId, DocumentUpload upload) {
    Document old = document(who, documentId);
    return intake.replace(who, writable(who, old.collectionId()), documentId, upload);
  }

  /** Newest first; {@code before} is the last id of the page before. */
  public List<Document> documents(Scope who, UUID collection, Optional<UUID> before, int limit) {
    return database.as(
        who,
        c -> {
          visible(CollectionStore.find(c, collection));
          return DocumentStore.list(c, collection, before, bounded(limit));
        });
  }

  public Document document(Scope who, UUID id) {
    return found(who, id).document();
  }

  /**
   * In order; {@code after} is the last index of the page before, -1 for the first. A guest reads
   * those of global documents, and of others those that an answer to them cites.
   */
  public List<Chunk> chunks(Scope who, UUID documentId, int after, int limit) {
    return database.as(
        who,
        c -> {
          DocumentStore.Found found =
              DocumentStore.find(c, documentId).orElseThrow(() -> Failure.notFound("the document"));
          if (who.isGuest()
              && visible(CollectionStore.find(c, found.document().collectionId())).owner().scope()
                  != CollectionScope.GLOBAL) {
            return cited(ChunkStore.cited(c, who, documentId), after, limit);
          }
          return ChunkStore.ofDocument(c, documentId, after, bounded(limit));
        });
  }

  /** Where none is, it is as if the document were not there. */
  private static List<Chunk> cited(List<Chunk> cited, int after, int limit) {
    if (cited.isEmpty()) {
      throw Failure.notFound("the document");
    }
    return cited.stream()
        .filter(chunk -> chunk.chunkIndex() > after)
        .limit(bounded(limit))
        .toList();
  }

  public Chunk chunk(Scope who, UUID id) {
    return database
        .as(who, c -> ChunkStore.find(c, id))
        .orElseThrow(() -> Failure.notFound("the passage"));
  }

  /**
   * The original.
   *
   * @throws Failure {@code forbidden} where something personal was left out of the text, for
   *     whoever may not write in its collection
   */
  public DocumentFile file(Scope who, UUID documentId) {
    DocumentStore.Found found = found(who, documentId);
    if (found.document().metadata().containsKey(DocumentPreparation.NOTE)) {
      writable(who, found.document().collectionId());
    }
    String type =
        Arrays.stream(FileKind.values())
            .filter(k -> k.extension().equals(found.document().sourceType()))
            .findFirst()
            .map(FileKind::mediaType)
            .orElse("application/octet-stream");
    return found
        .fileKey()
        .flatMap(files::get)
        .map(bytes -> new DocumentFile(found.fileName().orElse("document"), type, bytes))
        .orElseThrow(() -> Failure.notFound("the file"));
  }

  /** With its chunks, its embeddings and its file. */
  public void deleteDocument(Scope who, UUID id) {
    DocumentStore.Found found = found(who, id);
    CollectionStore.Found collection = writable(who, found.document().collectionId());
    database.as(
        who,
        c -> {
          DocumentStore.delete(c, id);
          return id;
        });
    found.fileKey().ifPresent(key -> intake.dropUnused(who, key));
    bus.publish(
        KnowledgeEvent.DOCUMENT_DELETED,
        new KnowledgeEvent.DocumentDeleted(collection.owner().tenantId(), collection.id(), id));
  }

  /**
   * Finds passages. That it was asked is written down within {@link AskedSearches#GATHER}.
   *
   * @throws Failure {@code invalid} for a request that makes no sense; what the embedding model
   *     says; {@code unavailable} while it cannot be written down
   */
  public SearchResult search(Scope who, SearchRequest request) {
    Instant at = clock.instant();
    Searcher.Found found = searcher.search(who, request);
    // What the server searches by itself, or for a turn, nobody asked for here.
    Caller.current().ifPresent(caller -> asked.add(asked(who, caller, found, at)));
    return found.result();
  }

  private static AskedSearchStore.Asked asked(
      Scope who, Caller caller, Searcher.Found found, Instant at) {
    return new AskedSearchStore.Asked(
        who,
        caller,
        found.result().id(),
        Optional.of(found.told()).filter(words -> !words.isEmpty()),
        found.result().hits().stream().map(SearchHit::documentId).toList(),
        at);
  }

  /**
   * How a search of the last quarter of an hour came to its hits, whoever searched, on whichever
   * server; another server's are known a second later.
   *
   * @throws Failure {@code forbidden} for all but the superuser; {@code not_found} for a search
   *     that is not kept
   */
  public SearchTrace searchTrace(Scope who, UUID id) {
    who.requireSuperuser("traces of searches are the superuser's");
    return traces.trace(who, id);
  }

  /**
   * The passages that a question may be answered from, best first.
   *
   * @param collections empty for all that the user sees; an empty list for none
   */
  public List<Retrieved> retrieve(Scope who, Optional<List<UUID>> collections, String question) {
    return retriever.retrieve(who, collections, question);
  }

  /**
   * Forgets what this server remembers of a user, or of a tenant, and of every text that it read:
   * it may have been theirs.
   */
  public void forget(UUID subject) {
    traces.remove(
        kept -> kept.who().userId().equals(subject) || kept.who().tenantId().equals(subject));
    asked.forget(subject);
    retriever.forget();
  }

  KnowledgeMeters meters() {
    return meters;
  }

  ActiveModel models() {
    return models;
  }

  AskedSearches asked() {
    return asked;
  }

  SearchTraces traces() {
    return traces;
  }

  VectorIndex vectorIndex() {
    return vectorIndex;
  }

  /** Of one file, in bytes. */
  long largestFile() {
    return config.extraction().bytes();
  }

  ChromaImport chromaImport(ChromaServer chroma, LoadReport report) {
    return new ChromaImport(
        database, this, intake, models, calls, LanguageDetector::detect, clock, chroma, report);
  }

  /** Documents of a collection, all of them, for whoever keeps it in step with something else. */
  List<Document> allDocuments(Scope who, UUID collection) {
    return database.as(who, c -> DocumentStore.all(c, collection));
  }

  /** How what is personal in the documents of a collection is hidden. */
  DocumentMasking.Hiding hiding(Scope who, UUID collection) {
    return intake.hiding(who, writable(who, collection));
  }

  private DocumentStore.Found found(Scope who, UUID id) {
    return database
        .as(who, c -> DocumentStore.find(c, id))
        .orElseThrow(() -> Failure.notFound("the document"));
  }

  CollectionStore.Found writable(Scope who, UUID collectionId) {
    CollectionStore.Found collection =
        database.as(who, c -> visible(CollectionStore.find(c, collectionId)));
    requireWritable(who, collection.owner());
    return collection;
  }

  private static CollectionStore.Found visible(Optional<CollectionStore.Found> collection) {
    return collection.orElseThrow(() -> Failure.notFound("the collection"));
  }

  private static void requireWritable(Scope who, Owner owner) {
    if (!owner.isWritableBy(who)) {
      throw Failure.of(FailureCode.FORBIDDEN, Owner.NOT_WRITABLE);
    }
  }

  private static String checkedName(String name) {
    String clean = name.strip();
    if (clean.isEmpty() || clean.length() > LONGEST_NAME || clean.indexOf('\0') >= 0) {
      throw Failure.invalid("name", "1 to 160 characters");
    }
    return clean;
  }

  private static int bounded(int limit) {
    return Math.clamp(limit, 1, MOST_LISTED);
  }
}
