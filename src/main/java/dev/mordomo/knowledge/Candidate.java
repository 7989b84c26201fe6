package dev.mordomo.knowledge;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.DocumentStore.Earlier;
import io.vertx.sqlclient.SqlClient;
import java.util.Optional;
import java.util.UUID;

/**
 * A document that may double another one.
 *
 * @param title empty where it tells nothing: something was hidden in it
 * @param itself its row, where it has one already
 */
record Candidate(
    UUID collectionId,
    String sha256,
    Optional<String> source,
    Optional<String> title,
    OnDuplicate then,
    Optional<UUID> itself) {

  /**
   * @throws Failure {@code duplicate} with a {@link Duplicate}
   */
  Verdict verdict(SqlClient connection, Scope who) {
    if (then == OnDuplicate.KEEP) {
      return new Verdict.Insert();
    }
    Optional<Earlier> found = DocumentStore.duplicate(connection, who, this);
    if (found.isEmpty()) {
      return new Verdict.Insert();
    }
    Earlier earlier = found.get();
    boolean here = earlier.collectionId().equals(collectionId);
    boolean sameBytes = sha256Of(connection, earlier).equals(sha256);
    return switch (then) {
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
}
