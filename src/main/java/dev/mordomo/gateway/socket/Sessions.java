package dev.mordomo.gateway.socket;

import dev.mordomo.identity.IdentityEvent;
import dev.mordomo.identity.Principal;
import dev.mordomo.kernel.Bus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Every connected socket of the node, by its user. Thread-safe. */
public final class Sessions {
  private final int mostPerUser;
  private final Map<UUID, Set<Session>> byUser = new ConcurrentHashMap<>();

  public Sessions(int mostPerUser) {
    this.mostPerUser = mostPerUser;
  }

  /** Closes the sockets of whoever is switched off from now on. */
  public void follow(Bus bus) {
    bus.subscribe(IdentityEvent.USER_DISABLED, event -> closeUser(event.userId()));
    bus.subscribe(IdentityEvent.TENANT_DISABLED, event -> closeTenant(event.tenantId()));
    bus.subscribe(
        IdentityEvent.SESSION_ENDED,
        event ->
            event
                .sessionId()
                .ifPresentOrElse(
                    id -> closeCredential(event.userId(), id.toString()),
                    () -> closeUser(event.userId())));
  }

  /**
   * @return false when the user has as many as allowed
   */
  boolean add(Session session, Principal who) {
    boolean[] added = new boolean[1];
    byUser.compute(
        who.scope().userId(),
        (id, known) -> {
          Set<Session> sessions = known == null ? new HashSet<>(4) : known;
          added[0] = sessions.size() < mostPerUser && sessions.add(session);
          return sessions;
        });
    return added[0];
  }

  void remove(Session session, Principal who) {
    byUser.computeIfPresent(
        who.scope().userId(),
        (id, sessions) -> {
          sessions.remove(session);
          return sessions.isEmpty() ? null : sessions;
        });
  }

  /** A user was switched off. */
  public void closeUser(UUID user) {
    ofUser(user).forEach(session -> session.close(CloseCode.INVALID_TOKEN));
  }

  /** A credential of a user was taken back: only the sockets that came with it. */
  public void closeCredential(UUID user, String sessionId) {
    ofUser(user).stream()
        .filter(s -> s.principal().map(p -> p.sessionId().equals(sessionId)).orElse(false))
        .forEach(session -> session.close(CloseCode.INVALID_TOKEN));
  }

  /** A tenant was switched off. */
  public void closeTenant(UUID tenant) {
    for (UUID user : byUser.keySet()) {
      ofUser(user).stream()
          .filter(s -> s.principal().map(p -> p.scope().tenantId().equals(tenant)).orElse(false))
          .forEach(session -> session.close(CloseCode.INVALID_TOKEN));
    }
  }

  /** The server stops. */
  public void closeAll() {
    for (UUID user : byUser.keySet()) {
      ofUser(user).forEach(session -> session.close(CloseCode.SHUTDOWN));
    }
  }

  /** How many sockets are connected. */
  public int count() {
    return byUser.values().stream().mapToInt(Set::size).sum();
  }

  private List<Session> ofUser(UUID user) {
    List<Session> copy = new ArrayList<>();
    byUser.computeIfPresent(
        user,
        (id, sessions) -> {
          copy.addAll(sessions);
          return sessions;
        });
    return copy;
  }
}
