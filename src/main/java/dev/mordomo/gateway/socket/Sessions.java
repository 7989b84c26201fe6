package dev.mordomo.gateway.socket;

import dev.mordomo.identity.IdentityEvent;
import dev.mordomo.identity.Principal;
import dev.mordomo.kernel.Scope;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Every connected socket and every open stream of the node, by its user. Thread-safe. */
public final class Sessions {
  private final int mostPerUser;
  private final Map<UUID, Set<Live>> sockets = new ConcurrentHashMap<>();
  private final Map<UUID, Set<Live>> streams = new ConcurrentHashMap<>();

  public Sessions(int mostPerUser) {
    this.mostPerUser = mostPerUser;
  }

  /** Closes what whoever is out has open; who has another role comes back with it. */
  public void hear(IdentityEvent event) {
    switch (event) {
      case IdentityEvent.UserDisabled out -> closeUser(out.userId());
      case IdentityEvent.TenantDisabled out -> closeTenant(out.tenantId());
      case IdentityEvent.SessionEnded out ->
          out.sessionId()
              .ifPresentOrElse(
                  id -> closeCredential(out.userId(), id.toString()),
                  () -> closeUser(out.userId()));
      case IdentityEvent.KeyRevoked out -> closeCredential(out.userId(), out.keyId().toString());
      case IdentityEvent.RoleChanged changed ->
          ofUser(changed.userId()).forEach(live -> live.close(CloseCode.EXPIRED));
      case IdentityEvent.SigningKeysChanged changed -> {
        // Who is connected was known; their next token will be of another key.
      }
    }
  }

  /**
   * @return false when the user has as many as allowed
   */
  boolean add(Live socket, Principal who) {
    boolean[] added = new boolean[1];
    sockets.compute(
        who.scope().userId(),
        (id, known) -> {
          Set<Live> open = known == null ? new HashSet<>(4) : known;
          added[0] = open.size() < mostPerUser && open.add(socket);
          return open;
        });
    return added[0];
  }

  void remove(Live socket, Principal who) {
    remove(sockets, socket, who);
  }

  /**
   * A stream that is not counted among the sockets.
   *
   * @return to be run when it has ended
   */
  public Runnable attend(Live stream, Principal who) {
    streams.compute(
        who.scope().userId(),
        (id, known) -> {
          Set<Live> open = known == null ? new HashSet<>(4) : known;
          open.add(stream);
          return open;
        });
    return () -> remove(streams, stream, who);
  }

  private static void remove(Map<UUID, Set<Live>> from, Live live, Principal who) {
    from.computeIfPresent(
        who.scope().userId(),
        (id, open) -> {
          open.remove(live);
          return open.isEmpty() ? null : open;
        });
  }

  /** A user was switched off. */
  public void closeUser(UUID user) {
    ofUser(user).forEach(live -> live.close(CloseCode.INVALID_TOKEN));
  }

  /** A credential of a user was taken back: only what came with it. */
  public void closeCredential(UUID user, String sessionId) {
    ofUser(user).stream()
        .filter(live -> live.principal().filter(p -> p.sessionId().equals(sessionId)).isPresent())
        .forEach(live -> live.close(CloseCode.INVALID_TOKEN));
  }

  /** A tenant was switched off. */
  public void closeTenant(UUID tenant) {
    Set<UUID> users = new HashSet<>(sockets.keySet());
    users.addAll(streams.keySet());
    for (UUID user : users) {
      ofUser(user).stream()
          .filter(
              live -> live.principal().filter(p -> p.scope().tenantId().equals(tenant)).isPresent())
          .forEach(live -> live.close(CloseCode.INVALID_TOKEN));
    }
  }

  /** The server stops; streams end with its connections. */
  public void closeAll() {
    for (UUID user : sockets.keySet()) {
      copy(sockets, user).forEach(socket -> socket.close(CloseCode.SHUTDOWN));
    }
  }

  /** Whoever has a socket here, each once. */
  List<Scope> connected() {
    return sockets.keySet().stream()
        .flatMap(user -> copy(sockets, user).stream().limit(1))
        .flatMap(socket -> socket.principal().stream())
        .map(Principal::scope)
        .toList();
  }

  /** How many sockets are connected. */
  public int count() {
    return sockets.values().stream().mapToInt(Set::size).sum();
  }

  private List<Live> ofUser(UUID user) {
    List<Live> all = copy(sockets, user);
    all.addAll(copy(streams, user));
    return all;
  }

  private static List<Live> copy(Map<UUID, Set<Live>> from, UUID user) {
    List<Live> copy = new ArrayList<>();
    from.computeIfPresent(
        user,
        (id, open) -> {
          copy.addAll(open);
          return open;
        });
    return copy;
  }
}
