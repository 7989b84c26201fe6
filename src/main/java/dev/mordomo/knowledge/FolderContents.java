package dev.mordomo.knowledge;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which contents a collection holds while a folder is loaded into it, so that each is taken in
 * once: whoever comes with the same one waits for the one that takes it in, and takes its place
 * when that fails. Thread-safe.
 */
final class FolderContents {
  private final Map<String, Turn> byHash = new ConcurrentHashMap<>();

  /** A document that is there already. */
  void holds(Document document) {
    Turn there = new Turn(document.sha256(), document.source().orElse(document.title()));
    there.taken.complete(true);
    byHash.put(document.sha256(), there);
  }

  /** Waits for others with the same content. */
  Turn begin(String sha256, String source) {
    Turn mine = new Turn(sha256, source);
    while (true) {
      Turn other = byHash.putIfAbsent(sha256, mine);
      if (other == null) {
        return mine;
      }
      if (other.taken.join()) {
        mine.twin = Optional.of(other.source);
        return mine;
      }
    }
  }

  /** One file's turn to take a content in: to be closed when it has no twin. */
  final class Turn implements AutoCloseable {
    private final String sha256;
    private final String source;
    private final CompletableFuture<Boolean> taken = new CompletableFuture<>();
    private Optional<String> twin = Optional.empty();

    private Turn(String sha256, String source) {
      this.sha256 = sha256;
      this.source = source;
    }

    /** The source of what holds the content already. */
    Optional<String> twin() {
      return twin;
    }

    /** The content is there now. */
    void done() {
      taken.complete(true);
    }

    /** Where it is not done it is another's turn. */
    @Override
    public void close() {
      if (!taken.isDone()) {
        byHash.remove(sha256, this);
        taken.complete(false);
      }
    }
  }
}
