package dev.mordomo.ops.audit;

import dev.mordomo.ops.audit.AuditStore.Ends;
import io.vertx.core.buffer.Buffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Checks the chains: whether every sealed record is there, in its place, as it was sealed. */
final class AuditChain {
  private static final int HASH_BYTES = 32;
  private static final int PAGE = 1000;

  /** What a chain begins after. */
  static final Ends BEGINNING =
      new Ends(0, Buffer.buffer(new byte[HASH_BYTES]), 0, Buffer.buffer(new byte[HASH_BYTES]));

  private final AuditStore store;

  AuditChain(AuditStore store) {
    this.store = store;
  }

  /**
   * @param tenant all zeros for the records of no tenant
   */
  ChainCheck check(UUID tenant) {
    Optional<Ends> known = store.ends(tenant);
    Ends ends = known.orElse(BEGINNING);
    long upTo = known.isPresent() ? ends.seq() : Long.MAX_VALUE;
    Walk walk = new Walk(ends.firstSeq(), ends.firstHash());
    List<AuditRow> page;
    do {
      page = store.sealed(tenant, walk.seq, upTo, PAGE);
      for (AuditRow row : page) {
        Optional<String> wrong = walk.step(row);
        if (wrong.isPresent()) {
          return broken(tenant, ends, walk, wrong.get());
        }
      }
    } while (page.size() == PAGE);
    if (known.isEmpty() && walk.seq > 0) {
      return broken(tenant, ends, walk, "what the newest record is, is not known any more");
    }
    if (walk.seq != ends.seq()) {
      return broken(tenant, ends, walk, missing(walk.seq + 1));
    }
    if (!walk.hash.equals(ends.hash())) {
      return broken(
          tenant, ends, walk, "record " + walk.seq + " is not the newest that was sealed");
    }
    return new ChainCheck(
        tenant,
        ends.firstSeq() + 1,
        walk.seq,
        HexFormat.of().formatHex(walk.hash.getBytes()),
        store.unsealed(tenant),
        0,
        Optional.empty());
  }

  private ChainCheck broken(UUID tenant, Ends ends, Walk walk, String what) {
    return new ChainCheck(
        tenant,
        ends.firstSeq() + 1,
        walk.seq,
        HexFormat.of().formatHex(walk.hash.getBytes()),
        store.unsealed(tenant),
        0,
        Optional.of(what));
  }

  private static String missing(long seq) {
    return "record " + seq + " is missing";
  }

  /** How far the chain holds. */
  private static final class Walk {
    private long seq;
    private Buffer hash;

    Walk(long seq, Buffer hash) {
      this.seq = seq;
      this.hash = hash;
    }

    /** What is wrong with the next record; else it is the last one that holds. */
    Optional<String> step(AuditRow row) {
      long number = row.seq() == null ? 0 : row.seq();
      if (number > seq + 1) {
        return Optional.of(missing(seq + 1));
      }
      if (number < seq + 1) {
        return Optional.of(named(row) + " has the number of another one");
      }
      Buffer expected = row.hashAfter(hash);
      if (!expected.equals(row.hash())) {
        return Optional.of(named(row) + " is not as it was sealed");
      }
      if (!row.personal().isWhole()) {
        return Optional.of(named(row) + " has another address or user agent than was sealed");
      }
      seq = number;
      hash = expected;
      return Optional.empty();
    }

    private static String named(AuditRow row) {
      return "record " + row.seq() + " (" + row.id() + ", " + row.at() + ")";
    }
  }
}
