package dev.mordomo.action;

import dev.mordomo.model.ToolSpec;
import java.util.Map;

/**
 * Something that a model may ask for. Features register theirs with {@link ActionService}; each
 * call becomes an {@link Action}.
 */
public interface Tool {
  ToolSpec spec();

  /** The action's type: {@code iot_control}, {@code reminder} or {@code query}. */
  String type();

  /**
   * Does it, on a virtual thread.
   *
   * @throws dev.mordomo.kernel.Failure when the arguments are wrong or it cannot be done; the model
   *     is told, and the action is failed
   */
  Outcome run(ToolContext context, Map<String, Object> arguments);

  /** What came of it. */
  sealed interface Outcome {
    /** Done here; {@code result} is an object that JSON can say. */
    record Done(Object result) implements Outcome {}

    /**
     * Somebody else does it and reports: a device, a front end. {@code name} is the action's name.
     */
    record Waiting(String name, Map<String, Object> parameters) implements Outcome {}
  }
}
