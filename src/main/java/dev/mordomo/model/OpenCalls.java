package dev.mordomo.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The calls of models elsewhere that a piece of work makes, so that they can be closed when nobody
 * waits for it any more. Thread-safe.
 */
public final class OpenCalls implements ModelCall {
  private static final ScopedValue<OpenCalls> CURRENT = ScopedValue.newInstance();

  private final List<ModelCall> made = new ArrayList<>();
  private boolean cancelled;

  /** Does the work: the calls that it makes on this thread are among these. */
  public <T> T during(Supplier<T> work) {
    return ScopedValue.where(CURRENT, this).call(work::get);
  }

  /** Those that a call of this thread belongs to. */
  static Optional<OpenCalls> current() {
    return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
  }

  /** One more, closed at once when the others have been. */
  void add(ModelCall call) {
    synchronized (this) {
      if (!cancelled) {
        made.add(call);
        return;
      }
    }
    call.cancel();
  }

  @Override
  public void cancel() {
    List<ModelCall> all;
    synchronized (this) {
      cancelled = true;
      all = List.copyOf(made);
      made.clear();
    }
    all.forEach(ModelCall::cancel);
  }
}
