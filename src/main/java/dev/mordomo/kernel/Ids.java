package dev.mordomo.kernel;

import com.github.f4b6a3.uuid.UuidCreator;
import java.time.Instant;
import java.util.UUID;

/** Makes ids: UUIDv7 (RFC 9562), so that ids sort by the time they were made. */
public final class Ids {
  private static final int TIME_SHIFT = 16;

  private Ids() {}

  /** A new id, greater than every id that this process made before. */
  public static UUID next() {
    return UuidCreator.getTimeOrderedEpochPlus1();
  }

  /** When an id was made, to the millisecond. */
  public static Instant moment(UUID id) {
    return Instant.ofEpochMilli(id.getMostSignificantBits() >>> TIME_SHIFT);
  }

  /** A new id of a moment, to the millisecond; it sorts among the others of that moment anyhow. */
  public static UUID at(Instant moment) {
    return UuidCreator.getTimeOrderedEpoch(moment);
  }
}
