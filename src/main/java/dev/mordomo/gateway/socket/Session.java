package dev.mordomo.gateway.socket;

import dev.mordomo.gateway.AuditTrail;
import dev.mordomo.gateway.Fields;
import dev.mordomo.identity.CredentialKind;
import dev.mordomo.identity.KeyScope;
import dev.mordomo.identity.Principal;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Deed;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Streams.Entry;
import dev.mordomo.kernel.Streams.Kind;
import dev.mordomo.kernel.Streams.Position;
import io.netty.buffer.ByteBufUtil;
import io.vertx.core.Context;
import io.vertx.core.http.ServerWebSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One socket: reads commands, answers them, and passes on what its channels say.
 *
 * <p>Everything but {@link #close} and the listeners' calls runs on one virtual-thread context.
 * Commands that change the session run one after the other; rpc runs beside them, so that a cancel
 * never waits for a start, and starts keep their order.
 */
final class Session implements Live {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);
  private static final int MOST_CHANNELS = 128;
  private static final int MOST_CALLS = 64;

  /** Refused one after the other; whoever goes on all the same is let go. */
  private static final int MOST_REFUSED = 100;

  /** What costs next to nothing, and is of no budget, in one second: all channels left at once. */
  private static final int MOST_FREE = 2 * MOST_CHANNELS;

  private static final int MOST_HISTORY = 1_000;

  private final SocketServices services;
  private final Context context;
  private final Outbox outbox;
  private final Lane order = new Lane();
  private final Lane starts = new Lane();
  private final SessionClock clock;
  private final Deed.Origin origin;
  private Optional<String> headerToken;
  private volatile @Nullable Principal principal;
  private @Nullable String client;
  private @Nullable Map<String, Subscription> subscriptions;
  private int calls;
  private int refused;
  private int free;

  Session(
      SocketServices services,
      Context context,
      ServerWebSocket socket,
      Optional<String> headerToken,
      long second) {
    this.services = services;
    this.context = context;
    this.outbox = new Outbox(socket, this::shown, services.config().queuedBytes());
    this.headerToken = headerToken;
    this.origin =
        new Deed.Origin(
            Optional.empty(),
            services.config().proxies().client(socket.remoteAddress(), socket.headers()),
            Optional.ofNullable(socket.headers().get("User-Agent")));
    this.clock = new SessionClock(services.config(), second);
  }

  private String shown(String frames) {
    Principal who = principal;
    return who == null ? frames : services.placeholders().restored(who.scope(), frames);
  }

  @Override
  public Optional<Principal> principal() {
    return Optional.ofNullable(principal);
  }

  @Override
  public void close(CloseCode code) {
    outbox.close(code);
  }

  // ── What comes in ──────────────────────────────────────────────────────────────────────────────

  void receive(String frame) {
    if (outbox.isClosed()) {
      return;
    }
    if (ByteBufUtil.utf8Bytes(frame) > services.config().frameBytes()) {
      close(CloseCode.BAD_REQUEST);
      return;
    }
    try {
      CommandReader.read(frame).forEach(this::take);
    } catch (Failure e) {
      LOG.debug("a frame was not of the protocol: {}", e.detail());
      close(CloseCode.BAD_REQUEST);
    }
  }

  private void take(Command command) {
    switch (command) {
      case Command.Pong pong -> clock.pong();
      case Command.Send send -> {
        // Wants no answer, and nobody listens.
      }
      case Command.Rpc rpc when principal != null && order.isIdle() -> fork(rpc);
      default -> {
        if (order.size() >= MOST_CALLS) {
          close(CloseCode.TOO_MANY_REQUESTS);
        } else {
          order.run(context, () -> handle(command));
        }
      }
    }
  }

  private void handle(Command command) {
    if (outbox.isClosed()) {
      return;
    }
    if (principal == null && !(command instanceof Command.Connect)) {
      close(CloseCode.BAD_REQUEST);
      return;
    }
    switch (command) {
      case Command.Connect connect -> answer(connect.id(), () -> connect(connect));
      case Command.Subscribe subscribe -> answer(subscribe.id(), () -> subscribe(subscribe));
      case Command.Unsubscribe unsubscribe -> unsubscribe(unsubscribe);
      case Command.Rpc rpc -> fork(rpc);
      case Command.Refresh refresh -> answer(refresh.id(), () -> refresh(refresh));
      case Command.History history -> answer(history.id(), () -> history(history));
      case Command.Presence asked -> answer(asked.id(), () -> presence(asked));
      case Command.Ping ping -> free(Frames.reply(ping.id(), "ping", "{}"));
      case Command.Refused refused -> refuse(Frames.error(refused.id(), refused.error()));
      case Command.Pong pong -> clock.pong();
      case Command.Send send -> {
        // Nobody listens.
      }
    }
  }

  /** Runs a command of the protocol; what its services refuse becomes one of its errors. */
  private void answer(long id, Runnable work) {
    try {
      limited();
      work.run();
    } catch (Failure e) {
      outbox.send(Frames.error(id, protocolError(e)));
    } catch (RuntimeException e) {
      LOG.error("a socket command failed; the client is told to try again", e);
      outbox.send(Frames.error(id, ReplyError.INTERNAL));
    }
  }

  /** Takes one of what its user, or before that its address, may do. */
  private void limited() {
    Principal who = principal;
    try {
      if (who == null) {
        origin.address().ifPresent(services.limits()::fromAddress);
      } else {
        services.limits().by(who);
      }
      refused = 0;
    } catch (Failure e) {
      countRefused();
      throw e;
    }
  }

  private void countRefused() {
    refused++;
    if (refused >= MOST_REFUSED) {
      close(CloseCode.TOO_MANY_REQUESTS);
    }
  }

  /** Answers what is not served at all. */
  private void refuse(String error) {
    free(error);
    countRefused();
  }

  /** Answers what takes nothing of what its user may do. */
  private void free(String answer) {
    outbox.send(answer);
    free++;
    if (free > MOST_FREE) {
      close(CloseCode.TOO_MANY_REQUESTS);
    }
  }

  private static ReplyError protocolError(Failure failure) {
    return switch (failure.code()) {
      case UNAUTHENTICATED -> ReplyError.UNAUTHORIZED;
      case TOKEN_EXPIRED -> ReplyError.TOKEN_EXPIRED;
      case FORBIDDEN, NOT_FOUND -> ReplyError.PERMISSION_DENIED;
      case INVALID, MALFORMED -> ReplyError.BAD_REQUEST;
      case RATE_LIMITED -> ReplyError.TOO_MANY_REQUESTS;
      default -> {
        LOG.warn("a socket command was not served: {}", failure.detail(), failure);
        yield ReplyError.INTERNAL;
      }
    };
  }

  // ── The connection ─────────────────────────────────────────────────────────────────────────────

  private void connect(Command.Connect command) {
    if (principal != null) {
      close(CloseCode.BAD_REQUEST);
      return;
    }
    Optional<String> token = command.token().or(() -> headerToken);
    Principal found;
    try {
      found =
          Database.await(
              services
                  .authenticator()
                  .authenticate(
                      token.orElseThrow(
                          () -> Failure.of(FailureCode.UNAUTHENTICATED, "no token"))));
    } catch (Failure e) {
      outbox.send(Frames.error(command.id(), protocolError(e)));
      if (e.code() == FailureCode.UNAUTHENTICATED) {
        close(CloseCode.INVALID_TOKEN);
      }
      return;
    }
    if (!found.uses().contains(KeyScope.CHAT) && !found.uses().contains(KeyScope.DEVICES)) {
      outbox.send(Frames.error(command.id(), ReplyError.PERMISSION_DENIED));
      close(CloseCode.INVALID_TOKEN);
      return;
    }
    // Known before it is entered: who is out from now on is told to those that are there.
    principal = found;
    if (!services.sessions().add(this, found)) {
      principal = null;
      close(CloseCode.CONNECTION_LIMIT);
      return;
    }
    headerToken = Optional.empty();
    // Who was switched off between the two looks is found by this one.
    checkLive(found);
    welcome(command, found);
  }

  private void welcome(Command.Connect command, Principal who) {
    String name = Ids.next().toString();
    client = name;
    clock.connected();
    clock.expires(who);
    Channel own = Channel.ofUser(who.scope().userId());
    Optional<Position> since = Optional.ofNullable(command.recover().get(own.name()));
    String data = Json.write(services.greeting().apply(who.scope()));
    enter(
        who,
        own,
        since,
        true,
        entry ->
            outbox.send(
                Frames.connected(
                    command.id(),
                    name,
                    own,
                    Frames.subscription(entry, since.isPresent()),
                    ttl(who),
                    services.config().ping().toSeconds(),
                    data)));
  }

  private void refresh(Command.Refresh command) {
    Principal now = who();
    Principal next = Database.await(services.authenticator().authenticate(command.token()));
    if (!next.scope().userId().equals(now.scope().userId())
        || !next.scope().tenantId().equals(now.scope().tenantId())) {
      outbox.send(Frames.error(command.id(), ReplyError.PERMISSION_DENIED));
      close(CloseCode.INVALID_TOKEN);
      return;
    }
    principal = next;
    clock.expires(next);
    outbox.send(Frames.refreshed(command.id(), Optional.ofNullable(client).orElse(""), ttl(next)));
  }

  /** When a token has to be refreshed: an API key never has, also where it ends. */
  private static Optional<Instant> expiry(Principal who) {
    return who.kind() == CredentialKind.JWT ? who.expiresAt() : Optional.empty();
  }

  private long ttl(Principal who) {
    Instant now = services.clock().instant();
    return expiry(who).map(end -> Math.max(1, Duration.between(now, end).toSeconds())).orElse(0L);
  }

  // ── Channels ───────────────────────────────────────────────────────────────────────────────────

  private void subscribe(Command.Subscribe command) {
    Principal who = who();
    Optional<Channel> channel = Channel.parse(command.channel()).filter(c -> mayAsk(who, c));
    Map<String, Subscription> held = subscriptions();
    if (held.containsKey(command.channel())) {
      outbox.send(Frames.error(command.id(), ReplyError.ALREADY_SUBSCRIBED));
    } else if (channel.isEmpty()) {
      outbox.send(Frames.error(command.id(), ReplyError.PERMISSION_DENIED));
    } else if (held.size() >= MOST_CHANNELS) {
      outbox.send(Frames.error(command.id(), ReplyError.LIMIT_EXCEEDED));
    } else {
      boolean entered =
          enter(
              who,
              channel.get(),
              command.since(),
              false,
              entry ->
                  outbox.send(
                      Frames.reply(
                          command.id(),
                          "subscribe",
                          Frames.subscription(entry, command.since().isPresent()))));
      if (!entered) {
        outbox.send(Frames.error(command.id(), ReplyError.PERMISSION_DENIED));
      }
    }
  }

  private static boolean mayAsk(Principal who, Channel channel) {
    return channel.kind() == Kind.CONVERSATION
        ? who.uses().contains(KeyScope.CHAT)
        : channel.id().equals(who.scope().userId());
  }

  private boolean enter(
      Principal who,
      Channel channel,
      Optional<Position> since,
      boolean byServer,
      java.util.function.Consumer<Entry> welcome) {
    Listener listener =
        new Listener() {
          private final Presence.Member member = visible(who);

          @Override
          public Optional<Presence.Member> member() {
            return Optional.of(member);
          }

          @Override
          public void entered(Entry entry) {
            welcome.accept(entry);
          }

          @Override
          public void heard(Batch batch) {
            outbox.send(batch.pushes());
          }

          @Override
          public void ended() {
            outbox.send(Frames.ended(channel.name()));
            context.runOnContext(ignored -> leave(channel.name()));
          }

          @Override
          public void lost() {
            if (byServer) {
              outbox.close(CloseCode.INSUFFICIENT_STATE);
            } else {
              outbox.send(Frames.unsubscribed(channel.name()));
              context.runOnContext(ignored -> leave(channel.name()));
            }
          }
        };
    Optional<Subscription> entered = services.hub().enter(who.scope(), channel, since, listener);
    entered.ifPresent(subscription -> hold(channel.name(), subscription));
    return entered.isPresent();
  }

  private void hold(String name, Subscription subscription) {
    if (outbox.isClosed()) {
      subscription.leave();
    } else {
      subscriptions().put(name, subscription);
    }
  }

  private Presence.Member visible(Principal who) {
    return new Presence.Member(
        UUID.fromString(Objects.requireNonNull(client)),
        who.scope().userId(),
        who.kind().wire(),
        services.clock().instant());
  }

  private void presence(Command.Presence command) {
    Principal who = who();
    Optional<Channel> channel =
        Channel.parse(command.channel())
            .filter(c -> mayAsk(who, c))
            .filter(c ->
                services
                    .streams()
                    .enter(who.scope(), c.id(), c.kind(), Optional.empty(), 0)
                    .isPresent());
    if (channel.isEmpty()) {
      outbox.send(Frames.error(command.id(), ReplyError.PERMISSION_DENIED));
      return;
    }
    List<Presence.Member> members = services.presence().of(channel.get());
    outbox.send(
        command.counted()
            ? Frames.presenceStats(command.id(), members)
            : Frames.presence(command.id(), members));
  }

  private void unsubscribe(Command.Unsubscribe command) {
    leave(command.channel());
    free(Frames.reply(command.id(), "unsubscribe", "{}"));
  }

  private void leave(String name) {
    Subscription subscription = subscriptions().remove(name);
    if (subscription != null) {
      subscription.leave();
    }
  }

  private Map<String, Subscription> subscriptions() {
    Map<String, Subscription> held = subscriptions;
    if (held == null) {
      held = new HashMap<>(4);
      subscriptions = held;
    }
    return held;
  }

  private void history(Command.History command) {
    Principal who = who();
    Optional<Channel> channel = Channel.parse(command.channel()).filter(c -> mayAsk(who, c));
    // Below 0 there is no limit but the server's own, as clients of the protocol expect.
    int limit = command.limit() < 0 ? MOST_HISTORY : Math.min(command.limit(), MOST_HISTORY);
    Optional<Entry> page =
        channel.flatMap(c ->
            services
                .streams()
                .page(who.scope(), c.id(), c.kind(), command.since(), command.order(), limit));
    if (page.isEmpty()) {
      outbox.send(Frames.error(command.id(), ReplyError.PERMISSION_DENIED));
    } else if (!page.get().recovered()) {
      outbox.send(Frames.error(command.id(), ReplyError.UNRECOVERABLE_POSITION));
    } else {
      outbox.send(Frames.history(command.id(), page.get().end(), page.get().events()));
    }
  }

  // ── Calls ──────────────────────────────────────────────────────────────────────────────────────

  private void fork(Command.Rpc rpc) {
    Optional<RpcMethod> method = RpcMethod.of(rpc.method());
    Optional<RpcTable.Call> call = method.flatMap(services.rpc()::find);
    if (method.isEmpty()) {
      refuse(Frames.error(rpc.id(), ReplyError.METHOD_NOT_FOUND));
    } else if (call.isEmpty()) {
      refuse(Frames.error(rpc.id(), ReplyError.NOT_AVAILABLE));
    } else if (calls >= MOST_CALLS) {
      refuse(Frames.error(rpc.id(), ReplyError.TOO_MANY_REQUESTS));
    } else {
      calls++;
      Runnable work = () -> call(rpc, method.get(), call.get());
      if (method.get() == RpcMethod.TURN_START) {
        starts.run(context, work);
      } else {
        context.runOnContext(ignored -> work.run());
      }
    }
  }

  private void call(Command.Rpc rpc, RpcMethod method, RpcTable.Call call) {
    try {
      limited();
      Object result =
          method.isAudited() ? audited(rpc, method, call) : permitted(rpc, method, call);
      outbox.send(Frames.answered(rpc.id(), Json.write(result)));
    } catch (Failure e) {
      outbox.send(Frames.error(rpc.id(), told(rpc, e)));
      if (e.code() == FailureCode.SHUTTING_DOWN) {
        // Another node takes what this one refuses, and the turns that run here are heard there.
        close(CloseCode.SHUTDOWN);
      }
    } catch (RuntimeException e) {
      LOG.error("the call {} failed", rpc.method(), e);
      outbox.send(Frames.error(rpc.id(), Failure.of(FailureCode.INTERNAL, "our fault")));
    } finally {
      calls--;
    }
  }

  private Object permitted(Command.Rpc rpc, RpcMethod method, RpcTable.Call call) {
    if (!who().uses().contains(method.needs())) {
      throw Failure.of(FailureCode.FORBIDDEN, method.needs().refusal());
    }
    return AuditTrail.caller(who(), origin.address())
        .during(() -> call.call(who().scope(), Fields.of(rpc.data())));
  }

  private Object audited(Command.Rpc rpc, RpcMethod method, RpcTable.Call call) {
    Deed deed = services.audit().deed(method.wire(), Optional.of(who()), origin);
    if (rpc.data().isObject()) {
      deed.with(AuditTrail.names(rpc.data()));
    }
    String kind = method.wire().substring(0, method.wire().indexOf('.'));
    Fields.parseId(rpc.data().path(kind + "_id").asText()).ifPresent(deed::on);
    return services
        .audit()
        .follow(deed, false, () -> true, () -> deed.during(() -> permitted(rpc, method, call)));
  }

  private static Failure told(Command.Rpc rpc, Failure failure) {
    if (failure.code() != FailureCode.INTERNAL) {
      return failure;
    }
    LOG.error("the call {} failed", rpc.method(), failure);
    return Failure.of(FailureCode.INTERNAL, "our fault; it may be tried again");
  }

  private Principal who() {
    Principal known = principal;
    if (known == null) {
      throw Failure.of(FailureCode.UNAUTHENTICATED, "not connected");
    }
    return known;
  }

  // ── Time ───────────────────────────────────────────────────────────────────────────────────────

  /** Once a second. */
  void tick(long second) {
    free = 0;
    switch (clock.tick(second, services.clock().instant())) {
      case NOTHING -> {
        // Nothing is due.
      }
      case PING -> outbox.send(Frames.PING);
      case PING_AND_CHECK -> {
        outbox.send(Frames.PING);
        principal().ifPresent(this::checkLive);
      }
      case STALE -> close(CloseCode.STALE);
      case NO_PONG -> close(CloseCode.NO_PONG);
      case EXPIRED -> close(ending(who()));
    }
  }

  /** A client comes back with another token; with the same API key it need not. */
  private static CloseCode ending(Principal who) {
    return who.kind() == CredentialKind.JWT ? CloseCode.EXPIRED : CloseCode.INVALID_TOKEN;
  }

  private void checkLive(Principal who) {
    services
        .authenticator()
        .isLive(who)
        .onSuccess(live -> {
          if (!live) {
            close(CloseCode.INVALID_TOKEN);
          }
        })
        .onFailure(e -> LOG.warn("whether a session may go on is not known; asked again", e));
  }

  /** The socket has closed. */
  void gone() {
    outbox.closed();
    Principal who = principal;
    if (who != null) {
      services.sessions().remove(this, who);
    }
    Map<String, Subscription> held = subscriptions;
    if (held != null) {
      List.copyOf(held.values()).forEach(Subscription::leave);
      held.clear();
    }
  }
}
