package dev.mordomo.knowledge;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Brings a collection in step with a folder: new files are added, changed ones swapped, those that
 * are there already left alone, so that it may be broken off and begun again. A file's source is
 * its path within the folder. Nothing is removed.
 */
final class FolderIngest {

  /** So many files are read, embedded and written at the same time. */
  private static final int TOGETHER = 4;

  private final KnowledgeService knowledge;
  private final LoadReport report;

  /** What came of one file. Noted in the order of the files, whichever was through first. */
  private interface Outcome extends Consumer<LoadReport> {}

  FolderIngest(KnowledgeService knowledge, LoadReport report) {
    this.knowledge = knowledge;
    this.report = report;
  }

  /** The files of a folder and those below it, by path; hidden ones and links are passed over. */
  List<Path> files(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path below, BasicFileAttributes attributes) {
            return below.equals(folder) || !isHidden(below)
                ? FileVisitResult.CONTINUE
                : FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && !isHidden(file)) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            report.failed(folder.relativize(file).toString(), "cannot be read");
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort(null);
    return files;
  }

  private static boolean isHidden(Path path) {
    return path.getFileName().toString().startsWith(".");
  }

  /**
   * @param advanced told how many files are through
   */
  void load(
      Scope who, KnowledgeCollection into, Path folder, List<Path> files, LongConsumer advanced) {
    DocumentMasking.Hiding kept = knowledge.hiding(who, into.id());
    Map<String, Document> bySource = new HashMap<>();
    Map<String, String> byHash = new ConcurrentHashMap<>();
    for (Document document : knowledge.allDocuments(who, into.id())) {
      document.source().ifPresent(source -> bySource.put(source, document));
      byHash.put(document.sha256(), document.source().orElse(document.title()));
    }
    List<Future<Outcome>> outcomes = new ArrayList<>();
    try (ExecutorService threads =
        Executors.newFixedThreadPool(TOGETHER, Thread.ofVirtual().factory())) {
      for (Path file : files) {
        String source = folder.relativize(file).toString().replace('\\', '/');
        Optional<Document> old;
        try {
          // It may have been kept as it is, before it was to be masked.
          old =
              Optional.ofNullable(bySource.getOrDefault(kept.source(source), bySource.get(source)));
        } catch (Failure refused) {
          outcomes.add(
              CompletableFuture.<Outcome>completedFuture(
                  told -> told.failed(source, refused.detail())));
          advanced.accept(1);
          continue;
        }
        outcomes.add(
            threads.submit(() -> {
              try {
                return one(who, into, file, source, old, byHash);
              } finally {
                advanced.accept(1);
              }
            }));
      }
      outcomes.forEach(outcome -> noted(outcome).accept(report));
    }
  }

  private static Outcome noted(Future<Outcome> outcome) {
    try {
      return outcome.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a file broke the loading of its folder", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.of(FailureCode.SHUTTING_DOWN, "stopped", e);
    }
  }

  private Outcome one(
      Scope who,
      KnowledgeCollection into,
      Path file,
      String source,
      Optional<Document> old,
      Map<String, String> byHash) {
    try {
      if (Files.size(file) > knowledge.largestFile()) {
        return told -> told.skipped(source, "larger than " + knowledge.largestFile() + " bytes");
      }
      Buffer bytes = Buffer.buffer(Files.readAllBytes(file));
      String sha256 = DocumentPreparation.sha256(bytes);
      if (old.isPresent() && old.get().sha256().equals(sha256)) {
        return told -> told.unchanged(1);
      }
      String twin = byHash.putIfAbsent(sha256, source);
      if (twin != null) {
        return told -> told.skipped(source, "the same content as " + twin);
      }
      DocumentUpload upload =
          DocumentUpload.file(file.getFileName().toString(), bytes)
              .withSource(source)
              .onDuplicate(OnDuplicate.KEEP);
      if (old.isPresent()) {
        Submitted.Added replaced = knowledge.replaced(who, old.get().id(), upload);
        return told -> {
          told.replaced();
          told.similar(source, replaced.similarTo());
        };
      }
      Submitted.Added added = knowledge.added(who, into.id(), upload);
      return told -> {
        told.added();
        told.similar(source, added.similarTo());
      };
    } catch (IOException e) {
      return told -> told.failed(source, "cannot be read");
    } catch (Failure e) {
      return e.code() == FailureCode.UNSUPPORTED_MEDIA_TYPE
          ? told -> told.skipped(source, e.detail())
          : told -> told.failed(source, e.detail());
    } catch (RuntimeException e) {
      return told -> told.failed(source, String.valueOf(e.getMessage()));
    }
  }
}
