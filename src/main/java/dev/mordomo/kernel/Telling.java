package dev.mordomo.kernel;

import java.util.function.UnaryOperator;

/**
 * What others are told of a user's words: a model that does not run inside this server, a trace
 * that somebody else reads. What is personal in them is masked for good, unless the policy of their
 * user keeps it.
 */
@FunctionalInterface
public interface Telling {
  /** Everything, as it is. */
  Telling PLAIN = who -> text -> text;

  /** For the texts of one request, on one thread. */
  UnaryOperator<String> begin(Scope who);
}
