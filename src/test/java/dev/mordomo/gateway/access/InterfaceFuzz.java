package dev.mordomo.gateway.access;

import dev.mordomo.kernel.Ids;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * Every operation of the OpenAPI description and every command of the socket, asked with what is
 * valid or nearly so by people of every role, on a server of its own. The same seed asks the same.
 */
public final class InterfaceFuzz implements AutoCloseable {
  private static final int FRAMES = 20;

  private final Random random;
  private final House house;
  private final LogTape log;
  private final Vertx vertx = Vertx.vertx();
  private final HttpFuzz http;
  private final SocketFuzz sockets;
  private final List<Caller> callers = new ArrayList<>();
  private final Belongings things;
  private final Map<Integer, Integer> statuses = new TreeMap<>();
  private int people;

  public InterfaceFuzz(long seed) {
    random = new Random(seed);
    house = new House(Map.of("limits.requests_per_minute", "1000000"));
    callers.add(house.superuser);
    for (String role : List.of("admin", "operator", "member")) {
      callers.add(person(role));
    }
    callers.add(Caller.nobody(house.app.url()));
    things = Belongings.of(callers.get(3), house.app.database());
    log = new LogTape();
    http = new HttpFuzz(vertx, house.app.url(), random);
    sockets = new SocketFuzz(house.port(), random);
  }

  private Caller person(String role) {
    return house.person(role + people++, house.tenant, role);
  }

  /** Each operation once, and some frames; gives what was wrong. */
  public List<String> round() {
    List<String> wrong = new ArrayList<>();
    for (Operation operation : Operation.all()) {
      int who = random.nextInt(callers.size());
      HttpFuzz.Result result = http.once(operation, callers.get(who), this::id);
      statuses.merge(result.status(), 1, Integer::sum);
      result.wrong().ifPresent(what -> wrong.add(what + ": " + result.asked()));
      if (result.status() == 401) {
        renew(who);
      }
    }
    for (int who : List.of(1, 3)) {
      renew(who);
      wrong.addAll(sockets.once(callers.get(who), this::id, FRAMES));
    }
    log.lines().stream()
        .filter(line -> line.contains("has been blocked") || line.contains(" ERROR "))
        .forEach(wrong::add);
    log.clear();
    return wrong;
  }

  /** How often there was which status. */
  public Map<Integer, Integer> statuses() {
    return Map.copyOf(statuses);
  }

  /** How many connections to the database the server has not given back, as it says itself. */
  public double connectionsInUse() {
    List<String> lines =
        Attack.raw(Caller.nobody(house.app.url()), "GET", "/metrics", "")
            .body()
            .lines()
            .filter(line -> line.startsWith("vertx_pool_in_use{") && line.contains("\"sql\""))
            .toList();
    if (lines.isEmpty()) {
      throw new AssertionError("the server says nothing of its connections to the database");
    }
    return lines.stream()
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** Who signed themselves out in passing signs in again; who cannot is followed by another. */
  private void renew(int who) {
    Caller caller = callers.get(who);
    if (caller.token().isEmpty() || Attack.raw(caller, "GET", "/v1/me", "").status() != 401) {
      return;
    }
    try {
      callers.set(who, caller.again());
    } catch (AssertionError gone) {
      callers.set(who, person(caller.name().replaceAll("\\d", "")));
    }
  }

  /** Mostly of something that is there, but of nobody who calls: they would be deleted. */
  private String id(String name) {
    Map<String, String> known = new HashMap<>(things.ids());
    known.put("users", things.ids().get("conversations"));
    known.put("tenants", random.nextBoolean() ? house.otherTenant : Ids.next().toString());
    String kind = name.replaceAll("^x-|[_-]ids?$", "");
    return random.nextInt(10) == 0
        ? Ids.next().toString()
        : Optional.ofNullable(known.get(name))
            .or(() -> Optional.ofNullable(known.get(kind + "s")))
            .orElseGet(() -> Ids.next().toString());
  }

  @Override
  public void close() {
    log.close();
    vertx.close().await();
    house.close();
  }
}
