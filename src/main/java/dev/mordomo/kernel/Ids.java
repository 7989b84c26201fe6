package dev.mordomo.kernel;

import com.github.f4b6a3.uuid.UuidCreator;
import java.time.Instant;
import java.util.UUID;

/** Makes ids: UUIDv7 (RFC 9562), so that ids sort by the time they were made. */
public final class Ids {
  private Ids() {}

  /** A new id, greater than every id that this process made before. */
  public static UUID next() {
    return UuidCreator.getTimeOrderedEpochPlus1();
  }

  /** A new id of a moment, to the millisecond; it sorts among the others of that moment anyhow. */
  public static UUID at(Instant moment) {
    return UuidCreator.getTimeOrderedEpoch(moment);
  }
}
