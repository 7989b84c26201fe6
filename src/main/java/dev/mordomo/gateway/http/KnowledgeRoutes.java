package dev.mordomo.gateway.http;

import dev.mordomo.gateway.Fields;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import dev.mordomo.knowledge.Chunk;
import dev.mordomo.knowledge.CollectionScope;
import dev.mordomo.knowledge.Document;
import dev.mordomo.knowledge.DocumentFile;
import dev.mordomo.knowledge.DocumentUpload;
import dev.mordomo.knowledge.DocumentUpload.Content;
import dev.mordomo.knowledge.KnowledgeCollection;
import dev.mordomo.knowledge.KnowledgeService;
import dev.mordomo.knowledge.OnDuplicate;
import dev.mordomo.knowledge.Submitted;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Collections and documents. */
final class KnowledgeRoutes {
  private static final List<String> SCOPES = words(CollectionScope.values());
  private static final List<String> ON_DUPLICATE = words(OnDuplicate.values());
  private static final int LONGEST_NAME = 160;
  private static final int LONGEST_TITLE = 500;
  private static final int LONGEST_SOURCE = 2_000;
  private static final int METADATA = 16_384;
  private static final String COLLECTION = "the collection";
  private static final String DOCUMENT = "the document";

  private final KnowledgeService knowledge;

  KnowledgeRoutes(KnowledgeService knowledge) {
    this.knowledge = knowledge;
  }

  private static List<String> words(Enum<?>[] values) {
    return Arrays.stream(values).map(v -> v.name().toLowerCase(Locale.ROOT)).toList();
  }

  Answer collections(Exchange exchange) {
    Page page = Page.of(exchange.query());
    return page.answer(
        knowledge.collections(exchange.scope(), page.after(), page.oneMore()),
        KnowledgeCollection::id);
  }

  Answer createCollection(Exchange exchange) {
    Fields fields = exchange.fields();
    String name = fields.text("name", 1, LONGEST_NAME);
    String scope = fields.choice("scope", SCOPES).orElse("user");
    fields.verify();
    return Answer.created(
        knowledge.createCollection(
            exchange.scope(), name, CollectionScope.valueOf(scope.toUpperCase(Locale.ROOT))));
  }

  Answer collection(Exchange exchange) {
    return Answer.ok(knowledge.collection(exchange.scope(), exchange.id("id", COLLECTION)));
  }

  Answer renameCollection(Exchange exchange) {
    Fields fields = exchange.fields();
    String name = fields.text("name", 1, LONGEST_NAME);
    fields.verify();
    return Answer.ok(
        knowledge.renameCollection(exchange.scope(), exchange.id("id", COLLECTION), name));
  }

  Answer deleteCollection(Exchange exchange) {
    knowledge.deleteCollection(exchange.scope(), exchange.id("id", COLLECTION));
    return Answer.done();
  }

  Answer documents(Exchange exchange) {
    Page page = Page.of(exchange.query());
    return page.answer(
        knowledge.documents(
            exchange.scope(), exchange.id("id", COLLECTION), page.after(), page.oneMore()),
        Document::id);
  }

  Answer addDocument(Exchange exchange) {
    DocumentUpload upload =
        exchange.upload().map(KnowledgeRoutes::fromForm).orElseGet(() -> fromJson(exchange));
    Submitted submitted =
        knowledge.submitDocument(exchange.scope(), exchange.id("id", COLLECTION), upload);
    return submitted(submitted);
  }

  /** What is said of an upload. */
  static Answer submitted(Object what) {
    return switch ((Submitted) what) {
      case Submitted.Added added -> Answer.created(described(added));
      case Submitted.Queued queued -> Answer.accepted(Map.of("job_id", queued.job().id()));
    };
  }

  private static Map<String, Object> described(Submitted.Added added) {
    Map<String, Object> members = Json.map(Json.tree(added.document()));
    members.put("similar_to", added.similarTo());
    return members;
  }

  private static DocumentUpload fromJson(Exchange exchange) {
    Fields fields = exchange.fields();
    String content = fields.text("content", 1, Integer.MAX_VALUE);
    return described(fields, new Content.Text(content), Optional.of(true));
  }

  private static DocumentUpload fromForm(Upload upload) {
    Map<String, Object> members = new java.util.LinkedHashMap<>(upload.fields());
    Optional.ofNullable(upload.fields().get("metadata"))
        .filter(v -> !v.isBlank())
        .ifPresent(v -> members.put("metadata", Json.read(v)));
    members.values().removeIf(value -> value instanceof String text && text.isBlank());
    try {
      return described(
          Fields.of(Json.tree(members)),
          new Content.File(upload.name(), Buffer.buffer(Files.readAllBytes(upload.file()))),
          Optional.empty());
    } catch (IOException e) {
      throw Failure.of(FailureCode.INTERNAL, "the uploaded file could not be read", e);
    }
  }

  private static DocumentUpload described(
      Fields fields, Content content, Optional<Boolean> titled) {
    Optional<String> title =
        titled.isPresent()
            ? Optional.of(fields.text("title", 1, LONGEST_TITLE))
            : fields.optionalText("title", 1, LONGEST_TITLE);
    Optional<String> source = fields.optionalText("source", 1, LONGEST_SOURCE);
    Optional<String> language = fields.optionalText("language", 2, 2);
    Optional<Map<String, Object>> metadata = fields.map("metadata", METADATA);
    Optional<OnDuplicate> then =
        fields.choice("on_duplicate", ON_DUPLICATE).flatMap(OnDuplicate::of);
    fields.verify();
    return new DocumentUpload(
        content,
        title,
        source,
        language,
        metadata.orElse(Map.of()),
        then.orElse(OnDuplicate.REFUSE));
  }

  Answer document(Exchange exchange) {
    return Answer.ok(knowledge.document(exchange.scope(), exchange.id("id", DOCUMENT)));
  }

  Answer deleteDocument(Exchange exchange) {
    knowledge.deleteDocument(exchange.scope(), exchange.id("id", DOCUMENT));
    return Answer.done();
  }

  /** In order; the cursor is the index of the last chunk of the page before. */
  Answer chunks(Exchange exchange) {
    Query query = exchange.query();
    int limit = query.integer("limit", Page.DEFAULT, 1, Page.MOST);
    int after = query.integer("cursor", -1, -1, Integer.MAX_VALUE);
    List<Chunk> found =
        knowledge.chunks(exchange.scope(), exchange.id("id", DOCUMENT), after, limit);
    return Answer.page(
        found,
        found.size() < limit
            ? Optional.empty()
            : Optional.of(String.valueOf(found.getLast().chunkIndex())));
  }

  /** The original, always as a download: what a user uploaded is never a page of ours. */
  Answer file(Exchange exchange) {
    DocumentFile file = knowledge.file(exchange.scope(), exchange.id("id", DOCUMENT));
    String name = URLEncoder.encode(file.name(), StandardCharsets.UTF_8).replace("+", "%20");
    return new Answer.Bytes(
        200,
        Map.of(
            "Content-Type",
            file.mediaType(),
            "Content-Disposition",
            "attachment; filename*=UTF-8''" + name),
        file.bytes());
  }
}
