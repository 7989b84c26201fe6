package dev.mordomo.chat;

import dev.mordomo.chat.MessageEmbeddingStore.Bare;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Masking;
import dev.mordomo.knowledge.TextVectors;
import dev.mordomo.knowledge.TextVectors.Said;
import dev.mordomo.knowledge.TextVectors.Wanted;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives messages their vectors, some at a time: what was just said first, then what is old. Several
 * nodes share the work; what one has claimed and does not store comes to another. Waits, on a
 * virtual thread.
 */
final class MessageEmbedding {
  private static final Logger LOG = LoggerFactory.getLogger(MessageEmbedding.class);
  static final int BATCH = 16;

  /** Of a longer message its beginning is embedded, about as long as a passage of a document. */
  static final int CHARS = 1_000;

  private static final int LEASE_SECONDS = 120;
  private static final int AGAIN_SECONDS = 60;
  private static final int QUOTA_SECONDS = 600;
  private static final int MOST_ATTEMPTS = 5;

  private final MessageEmbeddingStore store;
  private final TextVectors vectors;
  private final Masking masking;

  MessageEmbedding(MessageEmbeddingStore store, TextVectors vectors, Masking masking) {
    this.store = store;
    this.vectors = vectors;
    this.masking = masking;
  }

  /**
   * @param taken how many messages were looked at; 0 when none lacks a vector
   * @param stored how many got one
   */
  record Round(int taken, long stored) {}

  /**
   * One batch, of each model that vectors are wanted of.
   *
   * @throws Failure when the database or the model does not answer: later it may
   */
  Round runOnce() {
    int taken = 0;
    long stored = 0;
    for (Wanted model : vectors.wanted()) {
      List<Bare> claimed = store.claim(model.id(), BATCH, LEASE_SECONDS);
      taken += claimed.size();
      stored += embed(model, claimed);
    }
    return new Round(taken, stored);
  }

  private long embed(Wanted model, List<Bare> claimed) {
    // Each user's words are of their own quota, and masked as their tenant wants it.
    Map<UUID, List<Bare>> byUser = new LinkedHashMap<>();
    claimed.forEach(bare -> byUser.computeIfAbsent(bare.user(), u -> new ArrayList<>()).add(bare));
    List<List<Bare>> left = new ArrayList<>(byUser.values());
    long stored = 0;
    while (!left.isEmpty()) {
      try {
        stored += embedOf(model, left.getFirst());
      } catch (Failure e) {
        putOff(model, left.stream().flatMap(List::stream).toList(), AGAIN_SECONDS);
        throw e;
      }
      left.removeFirst();
    }
    return stored;
  }

  /** Throws what is no fault of the texts. */
  private long embedOf(Wanted model, List<Bare> ofUser) {
    try {
      List<float[]> made = vectors.of(model, ofUser.stream().map(this::said).toList());
      return store.store(model.id(), ids(ofUser), made);
    } catch (Failure e) {
      if (e.code() == FailureCode.QUOTA_EXCEEDED) {
        putOff(model, ofUser, QUOTA_SECONDS);
        return 0;
      }
      if (e.code() != FailureCode.MODEL_ERROR) {
        throw e;
      }
      return ofUser.size() > 1 ? oneByOne(model, ofUser) : refused(model, ofUser, e);
    }
  }

  /** One text that the model does not take is not to keep the others from it. */
  private long oneByOne(Wanted model, List<Bare> ofUser) {
    return ofUser.stream().mapToLong(bare -> embedOf(model, List.of(bare))).sum();
  }

  private long refused(Wanted model, List<Bare> one, Failure e) {
    if (store.putOff(model.id(), ids(one), AGAIN_SECONDS, false, MOST_ATTEMPTS) > 0) {
      LOG.warn(
          "the message {} is found by words alone: {} does not embed it: {}",
          one.getFirst().id(),
          model.name(),
          e.detail());
    }
    return 0;
  }

  private void putOff(Wanted model, List<Bare> some, int seconds) {
    store.putOff(model.id(), ids(some), seconds, true, MOST_ATTEMPTS);
  }

  private Said said(Bare bare) {
    String text = masking.masksOnly(bare.content());
    return new Said(bare.tenant(), bare.user(), Masking.beginning(text, CHARS));
  }

  private static List<UUID> ids(List<Bare> some) {
    return some.stream().map(Bare::id).toList();
  }
}
