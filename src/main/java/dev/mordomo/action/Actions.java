package dev.mordomo.action;

import dev.mordomo.model.ToolCall;
import dev.mordomo.model.ToolSpec;
import java.util.List;

/** What chat needs of actions: the tools to offer, and somebody to carry a call out. */
public interface Actions {
  /** Every registered tool, in a stable order. */
  List<ToolSpec> tools();

  /**
   * Makes an action of a model's call: stored, announced, and run when its tool runs here. Waits,
   * on a virtual thread.
   *
   * @return the action as it stands: final, or pending when a device is to report it
   * @throws dev.mordomo.kernel.Failure {@code invalid} when no such tool is registered or its
   *     arguments are wrong, with nothing stored
   */
  Action run(ToolContext context, ToolCall call);
}
