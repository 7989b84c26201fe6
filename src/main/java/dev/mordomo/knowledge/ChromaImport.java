package dev.mordomo.knowledge;

import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.ImportStore.Imported;
import dev.mordomo.knowledge.SearchRequest.QueryVector;
import dev.mordomo.knowledge.text.ChunkKind;
import dev.mordomo.knowledge.text.TextChunk;
import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.EmbeddingModel.Use;
import io.vertx.core.buffer.Buffer;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;

/**
 * Brings a ChromaDB collection over: each of its entries becomes a document of one passage, under
 * the source {@code chroma:COLLECTION/ID}. Its vectors are taken as they are when the model here
 * makes the same ones, which is tried with some of them; else they are made anew.
 */
final class ChromaImport {
  private static final int PAGE = 500;
  private static final int SAMPLE = 20;
  private static final int NEAREST = 10;
  private static final int LONGEST_TEXT = 100_000;
  private static final int LONGEST_TITLE = 500;
  private static final int LONGEST_SOURCE = 2_000;

  /** Of vectors of the same model by two implementations; another model's are far below. */
  private static final double SAME_MODEL = 0.98;

  private final Database database;
  private final KnowledgeService knowledge;
  private final DocumentIntake intake;
  private final ActiveModel models;
  private final ModelCalls calls;
  private final EmbeddingModel model;
  private final short modelId;
  private final UnaryOperator<String> languageOf;
  private final InstantSource clock;
  private final ChromaServer chroma;
  private final LoadReport report;

  ChromaImport(
      Database database,
      KnowledgeService knowledge,
      DocumentIntake intake,
      ActiveModel models,
      ModelCalls calls,
      UnaryOperator<String> languageOf,
      InstantSource clock,
      ChromaServer chroma,
      LoadReport report) {
    this.database = database;
    this.knowledge = knowledge;
    this.intake = intake;
    this.models = models;
    this.calls = calls;
    IndexedModel indexed = models.current();
    this.model = indexed.model();
    this.modelId = indexed.id();
    this.languageOf = languageOf;
    this.clock = clock;
    this.chroma = chroma;
    this.report = report;
  }

  /**
   * @param alike the share of the ten nearest of some entries there that are among the ten nearest
   *     here; empty without entries
   */
  record Outcome(boolean reused, OptionalDouble alike) {}

  Outcome load(
      Scope who, ChromaServer.Collection from, CollectionScope scope, LongConsumer advanced) {
    KnowledgeCollection into = knowledge.ensureCollection(who, from.name(), scope);
    knowledge.writable(who, into.id());
    DocumentMasking.Hiding names = knowledge.hiding(who, into.id());
    List<ChromaServer.Entry> sample = usable(chroma.page(from, 0, SAMPLE));
    boolean reused = !sample.isEmpty() && isSameModel(who, sample);
    for (long offset = 0; ; ) {
      List<ChromaServer.Entry> page = chroma.page(from, offset, PAGE);
      if (page.isEmpty()) {
        break;
      }
      try {
        write(who, into, from, page, reused);
      } catch (Failure e) {
        page.forEach(entry -> report.failed(label(names, from, entry), e.detail()));
      }
      offset += page.size();
      advanced.accept(page.size());
    }
    return new Outcome(reused, alike(who, into, from, names, sample, reused));
  }

  private static String source(ChromaServer.Collection from, String id) {
    String source = "chroma:" + from.name() + "/" + id;
    return source.substring(0, Math.min(LONGEST_SOURCE, source.length()));
  }

  /** As an entry is called in the report, which is no place for what is not to be kept either. */
  private static String label(
      DocumentMasking.Hiding names, ChromaServer.Collection from, ChromaServer.Entry entry) {
    String name = source(from, entry.id());
    String kept = kept(names, name).orElseGet(() -> from.name() + "/#" + names.mark().apply(name));
    return kept.replaceFirst("^chroma:", "");
  }

  /** Empty where it is refused. */
  private static Optional<String> kept(DocumentMasking.Hiding names, String source) {
    try {
      return Optional.of(names.source(source));
    } catch (Failure refused) {
      return Optional.empty();
    }
  }

  private static List<ChromaServer.Entry> usable(List<ChromaServer.Entry> entries) {
    return entries.stream().filter(e -> !e.text().isBlank() && e.vector().length > 0).toList();
  }

  private boolean isSameModel(Scope who, List<ChromaServer.Entry> sample) {
    if (sample.stream().anyMatch(e -> e.vector().length != model.dimensions())) {
      return false;
    }
    List<float[]> ours =
        calls.embed(
            who, model, sample.stream().map(ChromaServer.Entry::text).toList(), Use.PASSAGE);
    double sum = 0;
    for (int i = 0; i < ours.size(); i++) {
      sum += cosine(ours.get(i), sample.get(i).vector());
    }
    return sum / ours.size() >= SAME_MODEL;
  }

  private static double cosine(float[] one, float[] other) {
    double dot = 0;
    double ones = 0;
    double others = 0;
    for (int i = 0; i < one.length; i++) {
      dot += one[i] * other[i];
      ones += one[i] * one[i];
      others += other[i] * other[i];
    }
    return ones == 0 || others == 0 ? 0 : dot / Math.sqrt(ones * others);
  }

  /** What has come since is added, what has changed replaced, in one transaction. */
  void write(
      Scope who,
      KnowledgeCollection into,
      ChromaServer.Collection from,
      List<ChromaServer.Entry> page,
      boolean reused) {
    CollectionStore.Found collection = knowledge.writable(who, into.id());
    DocumentMasking.Hiding first = intake.hiding(who, collection);
    List<Imported> wanted = new ArrayList<>();
    List<float[]> given = new ArrayList<>();
    for (ChromaServer.Entry entry : page) {
      String text = entry.text().replace("\0", "").strip();
      if (text.isEmpty() || text.length() > LONGEST_TEXT) {
        report.skipped(
            label(first, from, entry),
            text.isEmpty() ? "it has no text" : "longer than " + LONGEST_TEXT + " characters");
      } else {
        try {
          DocumentMasking.Hiding hiding = first.seals() ? intake.hiding(who, collection) : first;
          Imported one = imported(entry, source(from, entry.id()), text, hiding);
          wanted.add(one);
          // A vector tells what its text says.
          given.add(one.chunk().text().equals(text) ? entry.vector() : new float[0]);
        } catch (Failure refused) {
          report.skipped(label(first, from, entry), refused.detail());
        }
      }
    }
    Map<String, String> known =
        database.as(who, c -> ImportStore.known(c, into.id(), sources(wanted)));
    List<Imported> fresh = new ArrayList<>();
    List<float[]> vectors = new ArrayList<>();
    Set<String> changed = new HashSet<>();
    for (int i = 0; i < wanted.size(); i++) {
      Imported one = wanted.get(i);
      String sha256 = known.get(one.source());
      if (one.sha256().equals(sha256)) {
        report.unchanged(1);
        continue;
      }
      if (sha256 != null) {
        changed.add(one.source());
      }
      fresh.add(one);
      vectors.add(given.get(i));
    }
    if (fresh.isEmpty()) {
      return;
    }
    boolean asGiven = reused && vectors.stream().allMatch(v -> v.length == model.dimensions());
    List<float[]> all = asGiven ? vectors : made(who, fresh);
    database.bulk(
        who,
        c -> {
          models.requireActive(ImportStore.hold(c, modelId), modelId);
          ImportStore.remove(c, into.id(), List.copyOf(changed));
          ImportStore.insert(
              c,
              into.id(),
              fresh,
              new EmbeddedChunks(modelId, all),
              asGiven,
              clock.instant().truncatedTo(ChronoUnit.MICROS));
          return true;
        });
    fresh.forEach(one -> {
      if (changed.contains(one.source())) {
        report.replaced();
      } else {
        report.added();
      }
    });
  }

  private static List<String> sources(List<Imported> wanted) {
    return wanted.stream().map(Imported::source).toList();
  }

  private List<float[]> made(Scope who, List<Imported> fresh) {
    return calls.embed(
        who, model, fresh.stream().map(i -> i.chunk().embeddingText()).toList(), Use.PASSAGE);
  }

  private Imported imported(
      ChromaServer.Entry entry, String source, String said, DocumentMasking.Hiding hiding) {
    Masking.Pass pass = hiding.pass();
    String kept = hiding.source(source);
    String text = pass.masked(said);
    String title =
        Optional.ofNullable(entry.metadata().get("title"))
            .or(() -> Optional.ofNullable(entry.metadata().get("source")))
            .map(value -> value.toString().replace("\0", "").strip())
            .filter(value -> !value.isEmpty())
            .orElse(entry.id());
    String cut = pass.masked(title.substring(0, Math.min(LONGEST_TITLE, title.length())));
    TextChunk chunk =
        new TextChunk(
            0, cut, "", text, 0, text.length(), 0, languageOf.apply(text), ChunkKind.PROSE);
    return new Imported(
        Ids.next(),
        Ids.next(),
        kept,
        DocumentPreparation.sha256(Buffer.buffer(said)),
        chunk,
        pass.noted(entry.metadata()));
  }

  private OptionalDouble alike(
      Scope who,
      KnowledgeCollection into,
      ChromaServer.Collection from,
      DocumentMasking.Hiding names,
      List<ChromaServer.Entry> sample,
      boolean reused) {
    if (sample.isEmpty()) {
      return OptionalDouble.empty();
    }
    List<float[]> queries =
        reused
            ? sample.stream().map(ChromaServer.Entry::vector).toList()
            : calls.embed(
                who, model, sample.stream().map(ChromaServer.Entry::text).toList(), Use.PASSAGE);
    int same = 0;
    int all = 0;
    for (int i = 0; i < sample.size(); i++) {
      List<String> there = chroma.nearest(from, sample.get(i).vector(), NEAREST);
      List<String> here = nearest(who, into.id(), queries.get(i));
      all += there.size();
      same +=
          (int)
              there.stream()
                  .flatMap(id -> kept(names, source(from, id)).stream())
                  .filter(here::contains)
                  .count();
    }
    return all == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) same / all);
  }

  /** Their sources. */
  private List<String> nearest(Scope who, UUID collection, float[] vector) {
    SearchRequest request =
        new SearchRequest(
            Optional.empty(),
            Optional.of(new QueryVector(model.name(), vector)),
            Optional.of(List.of(collection)),
            SearchFilter.NONE,
            NEAREST,
            Optional.of(0.0),
            SearchMode.SEMANTIC);
    return knowledge.search(who, request).hits().stream()
        .flatMap(hit -> hit.source().stream())
        .toList();
  }
}
