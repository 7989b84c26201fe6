package dev.mordomo.kernel;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One thing that somebody does, to be written into {@code audit} once.
 *
 * <p>While a deed is {@link #during under way}, the first transaction that changes something takes
 * its record along: the two are committed together, or neither. A deed that changed nothing, was
 * refused or failed is recorded by {@link Database#record} when it is over. Those who do the work
 * say what only they know: {@link #about} what it was, and {@link #by} whom.
 *
 * <p>Not safe for several threads.
 */
public final class Deed {
  private static final ScopedValue<Deed> CURRENT = ScopedValue.newInstance();
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final UUID NO_TENANT = new UUID(0, 0);
  private static final int SALT_BYTES = 16;
  private static final int LONGEST_AGENT = 300;
  static final int LONGEST_ADDRESS = 64;
  static final int LONGEST_NAME = 100;

  // A transaction without an id of its own has changed nothing so far.
  static final String ADD =
      """
      INSERT INTO audit (id, tenant_id, at, actor_kind, actor_id, actor_role, credential, action,
        target_type, target_id, result, code, request_id, details, address, user_agent, salt,
        personal_hash)
      SELECT $1::uuid, $2::uuid, $3::timestamptz, $4::text, $5::uuid, $6::text, $7::text, $8::text,
        $9::text, $10::text, $11::text, $12::text, $13::text, $14::text::json, $15::text, $16::text,
        $17::bytea, $18::bytea
      WHERE $19::boolean OR pg_current_xact_id_if_assigned() IS NOT NULL
      """;

  /** What became of it. */
  public enum Result {
    OK,
    /** They may not, or not to know whether there is such a thing. */
    DENIED,
    FAILED;

    /** The name on the wire and in the table. */
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** As what the actor came. */
  public enum Kind {
    USER,
    KEY,
    /** Whoever may run commands on the machine of the server. */
    COMMAND,
    NOBODY;

    /** The name on the wire and in the table. */
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Who did it.
   *
   * @param user of {@link Kind#NOBODY}: whose account was tried
   * @param credential the id of the session or of the API key
   */
  public record Actor(
      Kind kind,
      Optional<UUID> tenant,
      Optional<UUID> user,
      Optional<String> role,
      Optional<String> credential) {
    public static final Actor UNKNOWN =
        new Actor(
            Kind.NOBODY, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Who has proved to be somebody. */
    public static Actor of(Kind kind, Scope scope, String credential) {
      return new Actor(
          kind,
          Optional.of(scope.tenantId()),
          Optional.of(scope.userId()),
          Optional.of(scope.role()),
          Optional.of(credential));
    }

    private static Actor of(Kind kind, UUID tenant, UUID user) {
      return new Actor(
          kind, Optional.of(tenant), Optional.of(user), Optional.empty(), Optional.empty());
    }
  }

  /**
   * From where.
   *
   * @param address of the client, as far as is known
   * @param userAgent what the client calls itself
   */
  public record Origin(
      Optional<String> requestId, Optional<String> address, Optional<String> userAgent) {
    public static final Origin HERE =
        new Origin(Optional.empty(), Optional.empty(), Optional.empty());
  }

  private final String action;
  private final String targetType;
  private final Origin origin;
  private final Instant at;
  private Actor actor;
  private Map<String, ?> details = Map.of();
  private @Nullable UUID tenant;
  private @Nullable String target;
  private boolean kept;

  /**
   * @param action for instance {@code user.change}
   * @param targetType what kind of thing it is done to, for instance {@code user}
   */
  public Deed(String action, String targetType, Actor actor, Origin origin, Instant at) {
    this.action = action;
    this.targetType = targetType;
    this.actor = actor;
    this.origin = origin;
    this.at = at.truncatedTo(ChronoUnit.MICROS);
  }

  /** Does the work as part of this deed. */
  public <T> T during(Supplier<T> work) {
    return ScopedValue.where(CURRENT, this).call(work::get);
  }

  /** Names what the current deed is done to; nothing when there is none. */
  public static void about(Object targetId) {
    current().ifPresent(deed -> deed.on(targetId));
  }

  /** The same for a thing of a tenant that may be another one than the actor's. */
  public static void about(UUID tenantId, Object targetId) {
    current()
        .ifPresent(deed -> {
          deed.tenant = tenantId;
          deed.on(targetId);
        });
  }

  /** Says who it is that the current deed's actor turned out to be. */
  public static void by(UUID tenantId, UUID userId) {
    current().ifPresent(deed -> deed.actor = Actor.of(Kind.USER, tenantId, userId));
  }

  /** Says whose account the current deed's actor tried to come by. */
  public static void triedAs(UUID tenantId, UUID userId) {
    current().ifPresent(deed -> deed.actor = Actor.of(Kind.NOBODY, tenantId, userId));
  }

  /** Names what this deed is done to. */
  public void on(Object targetId) {
    target = cut(targetId.toString(), LONGEST_NAME);
  }

  /** Says which members a request had, without their values. */
  public void with(List<String> fields) {
    details = fields.isEmpty() ? Map.of() : Map.of("fields", List.copyOf(fields));
  }

  /** Whether its record is in the table. */
  public boolean isKept() {
    return kept;
  }

  /** The one that is under way on this thread, unless it has its record already. */
  static Optional<Deed> current() {
    return CURRENT.isBound() && !CURRENT.get().kept ? Optional.of(CURRENT.get()) : Optional.empty();
  }

  /** Adds the record if the transaction has changed something. */
  boolean addIfChanged(SqlClient connection) {
    return Database.run(connection, ADD, parameters(Result.OK, Optional.empty(), false)).rowCount()
        > 0;
  }

  void keep() {
    kept = true;
  }

  Tuple parameters(Result result, Optional<String> code, boolean always) {
    String address = origin.address().map(a -> cut(a, LONGEST_ADDRESS)).orElse(null);
    String agent = origin.userAgent().map(a -> cut(a, LONGEST_AGENT)).orElse(null);
    byte[] salt = new byte[SALT_BYTES];
    RANDOM.nextBytes(salt);
    UUID ofTenant = tenant == null ? actor.tenant().orElse(NO_TENANT) : tenant;
    return Tuple.tuple()
        .addUUID(Ids.next())
        .addUUID(ofTenant)
        .addOffsetDateTime(at.atOffset(ZoneOffset.UTC))
        .addString(actor.kind().wire())
        .addUUID(actor.user().orElse(null))
        .addString(actor.role().orElse(null))
        .addString(actor.credential().map(c -> cut(c, LONGEST_NAME)).orElse(null))
        .addString(action)
        .addString(targetType)
        .addString(target)
        .addString(result.wire())
        .addString(code.orElse(null))
        .addString(origin.requestId().orElse(null))
        .addString(Json.write(details))
        .addString(address)
        .addString(agent)
        .addBuffer(Buffer.buffer(salt))
        .addBuffer(
            Buffer.buffer(
                personalHash(salt, Optional.ofNullable(address), Optional.ofNullable(agent))))
        .addBoolean(always);
  }

  /** What stands in the chain for the personal part of a record: SHA-256 over its fields. */
  public static byte[] personalHash(
      byte[] salt, Optional<String> address, Optional<String> userAgent) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(salt);
    for (Optional<String> field : List.of(address, userAgent)) {
      byte[] text = field.orElse("").getBytes(StandardCharsets.UTF_8);
      int length = field.isPresent() ? text.length : -1;
      bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
      bytes.writeBytes(text);
    }
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }

  static String cut(String text, int most) {
    String plain = text.replaceAll("\\p{Cntrl}", " ").strip();
    return plain.substring(
        0, plain.offsetByCodePoints(0, Math.min(plain.codePointCount(0, plain.length()), most)));
  }

  /** What and to what, for a log. */
  @Override
  public String toString() {
    return action + " of " + (target == null ? "nothing named" : target);
  }
}
