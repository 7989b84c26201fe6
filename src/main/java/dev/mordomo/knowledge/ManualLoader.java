package dev.mordomo.knowledge;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the global collection "Mordomo" in step with the manual that the build carries, under
 * {@code docs/manual/LANGUAGE/*.md}: new pages are added, changed ones swapped, vanished ones
 * removed, the others left alone.
 */
public final class ManualLoader {
  /** The collection's name. */
  public static final String COLLECTION = "Mordomo";

  private static final Logger LOG = LoggerFactory.getLogger(ManualLoader.class);
  private static final int TOGETHER = 4;
  private static final String ROOT = "docs/manual";
  private static final String SOURCE = "manual/";
  private static final Set<String> LANGUAGES = Set.of("pt", "es", "en");

  private final KnowledgeService knowledge;

  public ManualLoader(KnowledgeService knowledge) {
    this.knowledge = knowledge;
  }

  /** Whether a passage is of the manual. */
  static boolean isManual(SearchHit hit) {
    return hit.source().filter(source -> source.startsWith(SOURCE)).isPresent();
  }

  /** Whether it is of the manual, which has the same in the question's language too. */
  static boolean isTranslation(SearchHit hit, String language) {
    return LANGUAGES.contains(language)
        && isManual(hit)
        && hit.source().filter(source -> source.startsWith(SOURCE + language + "/")).isEmpty();
  }

  /** How many pages were written, removed, and left as they were. */
  public record Loaded(int written, int removed, int unchanged) {}

  /**
   * To be called at every start.
   *
   * @param superuser whose global collections are
   */
  public Loaded load(Scope superuser) {
    return load(superuser, pages());
  }

  /** The same for given pages: text by path within the manual, such as {@code pt/backup.md}. */
  Loaded load(Scope superuser, Map<String, Buffer> pages) {
    KnowledgeCollection collection =
        knowledge.ensureCollection(superuser, COLLECTION, CollectionScope.GLOBAL);
    Map<String, Document> present =
        knowledge.allDocuments(superuser, collection.id()).stream()
            .filter(d -> d.source().filter(s -> s.startsWith(SOURCE)).isPresent())
            .collect(Collectors.toMap(d -> d.source().orElse(""), Function.identity()));
    List<Callable<Boolean>> work =
        pages.entrySet().stream()
            .map(page -> upload(page.getKey(), page.getValue()))
            .map(upload -> {
              Optional<Document> old =
                  Optional.ofNullable(present.remove(upload.source().orElse("")));
              return (Callable<Boolean>) () -> write(superuser, collection, upload, old);
            })
            .toList();
    int written = runTogether(work);
    present.values().forEach(gone -> knowledge.deleteDocument(superuser, gone.id()));
    Loaded loaded = new Loaded(written, present.size(), pages.size() - written);
    LOG.info(
        "manual: {} pages written, {} removed, {} unchanged",
        loaded.written(),
        loaded.removed(),
        loaded.unchanged());
    return loaded;
  }

  /** Whether the page was new or had changed. */
  private boolean write(
      Scope superuser, KnowledgeCollection into, DocumentUpload upload, Optional<Document> old) {
    if (old.isEmpty()) {
      knowledge.addDocument(superuser, into.id(), upload);
      return true;
    }
    boolean same =
        old.get().sha256().equals(DocumentPreparation.sha256(DocumentPreparation.bytes(upload)));
    if (!same) {
      knowledge.replaceDocument(superuser, old.get().id(), upload);
    }
    return !same;
  }

  /** A few at a time, so that the model embeds one page while the database keeps another. */
  private static int runTogether(List<Callable<Boolean>> work) {
    int written = 0;
    try (ExecutorService threads =
        Executors.newFixedThreadPool(TOGETHER, Thread.ofVirtual().factory())) {
      for (Future<Boolean> done : threads.invokeAll(work)) {
        written += done.get() ? 1 : 0;
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Failure told
          ? told
          : Failure.of(FailureCode.INTERNAL, "the manual could not be loaded", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.of(FailureCode.SHUTTING_DOWN, "loading the manual was stopped", e);
    }
    return written;
  }

  private static DocumentUpload upload(String path, Buffer bytes) {
    String language = path.substring(0, Math.max(0, path.indexOf('/')));
    return new DocumentUpload(
        new DocumentUpload.Content.File(path, bytes),
        Optional.empty(),
        Optional.of(SOURCE + path),
        Optional.of(language).filter(l -> l.matches("[a-z]{2}")),
        Map.of("manual", true),
        OnDuplicate.KEEP);
  }

  private static Map<String, Buffer> pages() {
    URL root = ManualLoader.class.getClassLoader().getResource(ROOT);
    if (root == null) {
      return Map.of();
    }
    try {
      URI uri = root.toURI();
      if (!"jar".equals(uri.getScheme())) {
        return pagesBelow(Path.of(uri));
      }
      try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
        return pagesBelow(jar.getPath(ROOT));
      }
    } catch (IOException | URISyntaxException e) {
      LOG.error("the manual cannot be read; the collection stays as it was", e);
      return Map.of();
    }
  }

  private static Map<String, Buffer> pagesBelow(Path root) throws IOException {
    Map<String, Buffer> pages = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root, 2)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".md")).toList()) {
        try (InputStream in = Files.newInputStream(file)) {
          String path = root.relativize(file).toString().replace('\\', '/');
          pages.put(path, Buffer.buffer(in.readAllBytes()));
        }
      }
    }
    return pages;
  }
}
