package dev.mordomo.bench;

import dev.mordomo.kernel.Ids;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/**
 * Users of ten tenants with an API key each, put into the database directly: signing in hashes a
 * password, which is slow on purpose.
 */
final class People {
  private static final int TENANTS = 10;

  /** A user, and a conversation of theirs without retrieval. */
  record Person(UUID id, UUID tenant, String key, UUID conversation) {}

  private People() {}

  static List<Person> make(Connection owner, int count) throws Exception {
    owner.setAutoCommit(false);
    List<UUID> tenants = new ArrayList<>();
    for (int i = 0; i < TENANTS; i++) {
      UUID tenant = Ids.next();
      tenants.add(tenant);
      run(
          owner,
          "INSERT INTO tenant (id, name, token_quota) VALUES (?, ?, 1000000000000)",
          tenant,
          "tenant " + i);
    }
    List<Person> people = new ArrayList<>();
    try (PreparedStatement user =
            owner.prepareStatement(
                "INSERT INTO app_user (id, tenant_id, name, role) VALUES (?, ?, ?, 'member')");
        PreparedStatement key =
            owner.prepareStatement(
                "INSERT INTO api_key (id, tenant_id, user_id, name, prefix, key_hash)"
                    + " VALUES (?, ?, ?, 'bench', 'mk_bench', ?)");
        PreparedStatement channel =
            owner.prepareStatement(
                "INSERT INTO channel (id, kind, tenant_id, user_id) VALUES (?, ?, ?, ?)");
        PreparedStatement conversation =
            owner.prepareStatement(
                "INSERT INTO conversation (id, tenant_id, user_id, title, collections, started_at,"
                    + " last_message_at) VALUES (?, ?, ?, 'bench', '{}', now(), now())")) {
      for (int i = 0; i < count; i++) {
        UUID tenant = tenants.get(i % TENANTS);
        Person person = new Person(Ids.next(), tenant, token(Ids.next()), Ids.next());
        people.add(person);
        add(user, person.id(), tenant, "user " + i);
        add(key, Ids.next(), tenant, person.id(), sha256(person.key()));
        add(channel, person.id(), "user", tenant, person.id());
        add(channel, person.conversation(), "conversation", tenant, person.id());
        add(conversation, person.conversation(), tenant, person.id());
      }
      for (PreparedStatement batch : List.of(user, key, channel, conversation)) {
        batch.executeBatch();
      }
    }
    owner.commit();
    owner.setAutoCommit(true);
    return people;
  }

  private static String token(UUID seed) throws Exception {
    byte[] bytes = sha256(seed.toString());
    return "mk_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] sha256(String text) throws Exception {
    return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void run(Connection owner, String sql, Object... parameters) throws Exception {
    try (PreparedStatement statement = owner.prepareStatement(sql)) {
      add(statement, parameters);
      statement.executeBatch();
    }
  }

  private static void add(PreparedStatement statement, Object... parameters) throws Exception {
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
    statement.addBatch();
  }
}
