package dev.mordomo.action;

import dev.mordomo.model.ToolSpec;
import java.util.Map;

/**
 * Something that a model may ask for. Features register theirs with {@link ActionService}; each
 * call becomes an {@link Action}.
 */
public sealed interface Tool {
  /** The action's type when devices are to do it. */
  String DEVICES = "iot_control";

  ToolSpec spec();

  /** The action's type: {@code iot_control}, {@code reminder} or {@code query}. */
  String type();

  /** Done by this server. */
  non-sealed interface Internal extends Tool {
    /**
     * Does it, on a virtual thread.
     *
     * @param arguments as the schema of {@link #spec} wants them
     * @return an object that JSON can say: the action's result
     * @throws dev.mordomo.kernel.Failure when it cannot be done; the model is told, and the action
     *     is failed
     */
    Object run(ToolContext context, Map<String, Object> arguments);
  }

  /** Done by somebody else who reports: a device, a front end. Its type is {@link #DEVICES}. */
  non-sealed interface External extends Tool {
    /** What the executor is asked for. */
    Request request(Map<String, Object> arguments);
  }

  /**
   * @param name the action's name
   */
  record Request(String name, Map<String, Object> parameters) {}
}
