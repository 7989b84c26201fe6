package dev.mordomo.model;

/** An answer under way. */
@FunctionalInterface
public interface ModelCall {
  /**
   * Closes the upstream request now, in whatever phase it is. After it the observer hears nothing
   * more. Idempotent.
   */
  void cancel();
}
