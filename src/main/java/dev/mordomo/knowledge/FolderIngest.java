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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
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
   * @param known the document of its source
   * @param refused why it cannot be taken in
   */
  private record Entry(
      Path file, String source, Optional<Document> known, Optional<String> refused) {
    /** Of what the file holds now; empty where that is not read. */
    Optional<String> hash(long largest) {
      try {
        return known.isEmpty() || Files.size(file) > largest
            ? Optional.empty()
            : Optional.of(DocumentPreparation.sha256(Buffer.buffer(Files.readAllBytes(file))));
      } catch (IOException e) {
        // Whoever takes it in says so.
        return Optional.empty();
      }
    }
  }

  /**
   * @param advanced told how many files are through
   */
  void load(
      Scope who, KnowledgeCollection into, Path folder, List<Path> files, LongConsumer advanced) {
    List<Document> documents = knowledge.allDocuments(who, into.id());
    List<Entry> entries = entries(who, into, folder, files, documents);
    List<Future<Outcome>> outcomes = new ArrayList<>();
    try (ExecutorService threads =
        Executors.newFixedThreadPool(TOGETHER, Thread.ofVirtual().factory())) {
      // First of all what is as it was: what has changed is no reason to leave out another.
      List<Future<Optional<String>>> hashes = new ArrayList<>();
      entries.forEach(
          entry -> hashes.add(threads.submit(() -> entry.hash(knowledge.largestFile()))));
      Set<UUID> unchanged = new HashSet<>();
      Set<UUID> changed = new HashSet<>();
      for (int i = 0; i < entries.size(); i++) {
        Optional<Document> known = entries.get(i).known();
        result(hashes.get(i))
            .ifPresent(hash ->
                known.ifPresent(document ->
                    (document.sha256().equals(hash) ? unchanged : changed).add(document.id())));
      }
      FolderContents contents = new FolderContents();
      documents.stream()
          .filter(document -> !changed.contains(document.id()))
          .forEach(contents::holds);
      for (Entry entry : entries) {
        boolean stays = entry.known().filter(d -> unchanged.contains(d.id())).isPresent();
        outcomes.add(
            threads.submit(() -> {
              try {
                return stays ? told -> told.unchanged(1) : one(who, into, entry, contents);
              } finally {
                advanced.accept(1);
              }
            }));
      }
      outcomes.forEach(outcome -> result(outcome).accept(report));
    }
  }

  private List<Entry> entries(
      Scope who,
      KnowledgeCollection into,
      Path folder,
      List<Path> files,
      List<Document> documents) {
    DocumentMasking.Hiding kept = knowledge.hiding(who, into.id());
    Map<String, Document> bySource = new HashMap<>();
    documents.forEach(
        document -> document.source().ifPresent(source -> bySource.put(source, document)));
    List<Entry> entries = new ArrayList<>();
    for (Path file : files) {
      String source = folder.relativize(file).toString().replace('\\', '/');
      Optional<Document> known = Optional.empty();
      Optional<String> refused = Optional.empty();
      try {
        // It may have been kept as it is, before it was to be masked.
        known =
            Optional.ofNullable(bySource.getOrDefault(kept.source(source), bySource.get(source)));
      } catch (Failure e) {
        refused = Optional.of(e.detail());
      }
      entries.add(new Entry(file, source, known, refused));
    }
    return entries;
  }

  private static <T> T result(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a file broke the loading of its folder", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.of(FailureCode.SHUTTING_DOWN, "stopped", e);
    }
  }

  private Outcome one(Scope who, KnowledgeCollection into, Entry entry, FolderContents contents) {
    String source = entry.source();
    if (entry.refused().isPresent()) {
      return told -> told.failed(source, entry.refused().get());
    }
    try {
      if (Files.size(entry.file()) > knowledge.largestFile()) {
        return told -> told.skipped(source, "larger than " + knowledge.largestFile() + " bytes");
      }
      Buffer bytes = Buffer.buffer(Files.readAllBytes(entry.file()));
      FolderContents.Turn turn = contents.begin(DocumentPreparation.sha256(bytes), source);
      if (turn.twin().isPresent()) {
        return told -> told.skipped(source, "the same content as " + turn.twin().get());
      }
      try (turn) {
        Outcome outcome = taken(who, into, entry, bytes);
        turn.done();
        return outcome;
      }
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

  private Outcome taken(Scope who, KnowledgeCollection into, Entry entry, Buffer bytes) {
    String source = entry.source();
    DocumentUpload upload =
        DocumentUpload.file(entry.file().getFileName().toString(), bytes)
            .withSource(source)
            .onDuplicate(OnDuplicate.KEEP);
    if (entry.known().isPresent()) {
      Submitted.Added replaced = knowledge.replaced(who, entry.known().get().id(), upload);
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
  }
}
