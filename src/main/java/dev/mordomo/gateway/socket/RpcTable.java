package dev.mordomo.gateway.socket;

import dev.mordomo.gateway.Fields;
import dev.mordomo.kernel.Scope;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** What each rpc method does here; methods without a line are not available. */
public final class RpcTable {
  /** Decodes, validates, calls; gives what JSON can say. On a virtual thread. */
  @FunctionalInterface
  public interface Call {
    Object call(Scope scope, Fields fields);
  }

  private final Map<RpcMethod, Call> calls = new EnumMap<>(RpcMethod.class);

  /** Adds a line. */
  public RpcTable with(RpcMethod method, Call call) {
    calls.put(method, call);
    return this;
  }

  Optional<Call> find(RpcMethod method) {
    return Optional.ofNullable(calls.get(method));
  }
}
