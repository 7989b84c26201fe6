package dev.mordomo.action;

import dev.mordomo.action.ActionStore.Owned;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.Advanced;
import dev.mordomo.kernel.Streams.Draft;
import dev.mordomo.kernel.Streams.Kind;
import dev.mordomo.model.ToolCall;
import dev.mordomo.model.ToolSpec;
import io.vertx.sqlclient.SqlClient;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tools, and the actions that calling them makes. To be called from virtual threads. */
public final class ActionService implements Actions {
  private static final Logger LOG = LoggerFactory.getLogger(ActionService.class);
  private static final String NOT_DONE = "it could not be done";
  private static final int BATCH = 100;
  private static final String LATE = "nobody reported a result in time";

  private record Registered(Tool tool, ArgumentSchema schema) {}

  private final Map<String, Registered> tools = Collections.synchronizedMap(new LinkedHashMap<>());
  private final ActionStore store = new ActionStore();
  private volatile List<ToolSpec> offered = List.of();
  private final Database database;
  private final Streams streams;
  private final Bus bus;
  private final Function<Scope, Masking.Pass> masking;
  private final ActionConfig config;
  private final InstantSource clock;

  /**
   * Knows {@code iot_control} from the start.
   *
   * @param masking hides what is personal in what models want done and devices report
   */
  public ActionService(
      Database database,
      Streams streams,
      Bus bus,
      Function<Scope, Masking.Pass> masking,
      ActionConfig config,
      InstantSource clock) {
    this.database = database;
    this.masking = masking;
    this.streams = streams;
    this.bus = bus;
    this.config = config;
    this.clock = clock;
    register(new DeviceTool());
  }

  /**
   * Offers a tool to models from now on; models see tools in the order of registration.
   *
   * @throws IllegalStateException when one of that name is registered
   */
  public void register(Tool tool) {
    Registered before =
        tools.putIfAbsent(
            tool.spec().name(), new Registered(tool, new ArgumentSchema(tool.spec())));
    if (before != null) {
      throw new IllegalStateException("two tools are called " + tool.spec().name());
    }
    synchronized (tools) {
      offered = tools.values().stream().map(registered -> registered.tool().spec()).toList();
    }
  }

  @Override
  public List<ToolSpec> tools() {
    return offered;
  }

  @Override
  public Action run(ToolContext context, ToolCall call) {
    Registered registered =
        Optional.ofNullable(tools.get(call.name()))
            .orElseThrow(() -> Failure.invalid("name", "there is no tool of this name"));
    Map<String, Object> arguments =
        masking.apply(context.scope()).masked(registered.schema().check(call.arguments()));
    return switch (registered.tool()) {
      case Tool.External external -> {
        Tool.Request request = external.request(arguments);
        yield request(
            context, external.type(), request.name(), request.parameters(), ActionStatus.PENDING);
      }
      case Tool.Internal internal -> {
        Action action =
            request(context, internal.type(), call.name(), arguments, ActionStatus.EXECUTING);
        yield finish(context, action, execute(context, internal, arguments));
      }
    };
  }

  private Action request(
      ToolContext context,
      String type,
      String name,
      Map<String, Object> parameters,
      ActionStatus status) {
    Instant at = now();
    Scope scope = context.scope();
    Action action =
        new Action(
            Ids.next(),
            Optional.of(context.conversationId()),
            Optional.of(context.messageId()),
            type,
            name,
            parameters,
            status,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            at);
    Advanced advanced =
        database.as(
            scope,
            connection -> {
              store.insert(connection, context, action, at.plus(config.deadline()));
              return append(connection, scope, "action.requested", at, action);
            });
    streams.announce(advanced);
    bus.publish(
        ActionEvent.Requested.ADDRESS,
        new ActionEvent.Requested(scope.tenantId(), scope.userId(), action));
    return action;
  }

  private static ActionReport execute(
      ToolContext context, Tool.Internal tool, Map<String, Object> arguments) {
    try {
      return ActionReport.success(tool.run(context, arguments));
    } catch (RuntimeException e) {
      Failure failure =
          e instanceof Failure known
              ? known.told(NOT_DONE)
              : Failure.of(FailureCode.INTERNAL, NOT_DONE, e);
      if (failure.code() == FailureCode.INTERNAL) {
        LOG.error(
            "the tool {} failed; so does its action, and the turn goes on", tool.spec().name(), e);
      }
      return ActionReport.failed(failure);
    }
  }

  private Action finish(ToolContext context, Action action, ActionReport report) {
    try {
      return settle(context.scope(), action.id(), now -> now.after(report, now()));
    } catch (Failure e) {
      if (e.code() != FailureCode.CONFLICT) {
        throw e;
      }
      LOG.warn("action {} took longer than its deadline; its result is not kept", action.id());
      return get(context.scope(), action.id());
    }
  }

  /**
   * What a device or a front end says of an action that was left to it. Saying the same again
   * changes nothing.
   *
   * @throws Failure {@code not_found} when it is not one's own, {@code conflict} when it has ended
   *     otherwise or is not for devices to do
   */
  public Action report(Scope scope, UUID id, ActionReport said) {
    ActionReport report = said.masked(masking.apply(scope));
    return settle(
        scope,
        id,
        action -> {
          if (!action.type().equals(Tool.DEVICES)) {
            throw Failure.of(FailureCode.CONFLICT, "the server executes this action itself");
          }
          return action.after(report, now());
        });
  }

  private record Settled(Action action, Optional<Advanced> advanced) {}

  private Action settle(Scope scope, UUID id, Function<Action, Optional<Action>> change) {
    Settled settled =
        database.as(
            scope,
            connection -> {
              Action found =
                  store.lock(connection, id).orElseThrow(() -> Failure.notFound("the action"));
              Optional<Action> changed = change.apply(found);
              Optional<Advanced> advanced =
                  changed.map(action -> update(connection, scope, action));
              return new Settled(changed.orElse(found), advanced);
            });
    settled
        .advanced()
        .ifPresent(advanced -> {
          streams.announce(advanced);
          publish(scope.tenantId(), scope.userId(), settled.action());
        });
    return settled.action();
  }

  private Advanced update(SqlClient connection, Scope scope, Action action) {
    Instant at = now();
    store.update(connection, action, at.plus(config.deadline()));
    return append(connection, scope, "action.updated", at, action);
  }

  /**
   * @throws Failure {@code not_found} when it is not one's own
   */
  public Action get(Scope scope, UUID id) {
    return database
        .as(scope, connection -> store.get(connection, id))
        .orElseThrow(() -> Failure.notFound("the action"));
  }

  /** One's own actions, newest first. */
  public List<Action> list(Scope scope, ActionQuery query) {
    return database.as(scope, connection -> store.list(connection, scope, query));
  }

  /**
   * Fails overdue actions of every tenant, each once in the cluster.
   *
   * @return how many; when it is a whole batch, more may wait
   */
  int expire() {
    Instant at = now();
    List<Advanced> advanced = new ArrayList<>();
    List<Owned> expired =
        database.asSystem(connection -> {
          List<Owned> found = store.expire(connection, at, BATCH, LATE);
          // Channels in the order of their ids, so that two nodes never wait for each other.
          Map<UUID, List<Owned>> byUser = new TreeMap<>();
          found.forEach(o -> byUser.computeIfAbsent(o.userId(), u -> new ArrayList<>()).add(o));
          byUser.forEach((user, theirs) -> advanced.add(append(connection, theirs, at)));
          return found;
        });
    advanced.forEach(streams::announce);
    expired.forEach(owned -> publish(owned.tenantId(), owned.userId(), owned.action()));
    return expired.size();
  }

  boolean isWholeBatch(int expired) {
    return expired == BATCH;
  }

  ActionConfig config() {
    return config;
  }

  private void publish(UUID tenant, UUID user, Action action) {
    bus.publish(ActionEvent.Updated.ADDRESS, new ActionEvent.Updated(tenant, user, action));
  }

  private static Advanced append(
      SqlClient connection, Scope scope, String type, Instant at, Action action) {
    Draft draft = Streams.about(type, at, "action", action);
    return Streams.append(
        connection,
        scope.userId(),
        Kind.USER,
        scope.tenantId(),
        scope.userId(),
        List.of(draft),
        at);
  }

  private static Advanced append(SqlClient connection, List<Owned> theirs, Instant at) {
    Owned first = theirs.getFirst();
    List<Draft> drafts =
        theirs.stream()
            .map(o -> Streams.about("action.updated", at, "action", o.action()))
            .toList();
    return Streams.append(
        connection, first.userId(), Kind.USER, first.tenantId(), first.userId(), drafts, at);
  }

  /** To the microsecond, as PostgreSQL keeps it. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
