package dev.mordomo.kernel;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.pgclient.pubsub.PgSubscriber;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.internal.SqlConnectionInternal;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PostgreSQL, as two logins. To be called from virtual threads: every method waits for its answer.
 *
 * <p>Whatever fails becomes a {@link Failure}: {@code unavailable} when the server cannot be
 * reached or the statement took too long, else {@code internal}. A {@link Failure} thrown by the
 * work itself rolls back and passes through.
 *
 * <p>No wait is without end. PostgreSQL ends slow statements by itself; a server that stands still,
 * or a network that swallows all, says nothing: a connection that does not answer within the time
 * that a statement may take, and a little more, is dropped.
 */
public final class Database {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final String ACT_AS = "SELECT act_as($1, $2, $3)";
  private static final String ALONE =
      "SELECT pg_try_advisory_xact_lock(hashtext('mordomo.' || $1))";
  private static final int PIPELINE = 64;

  private static final long ALIVE_MILLIS = 5_000;
  private static final long RECONNECT_MILLIS = 200;
  private static final long SLOWEST_RECONNECT_MILLIS = 5000;

  private static final Duration PING = Duration.ofSeconds(2);
  private static final Duration CLOSING = Duration.ofSeconds(5);

  /** How long the transaction that this thread is in waits for a reply. */
  private static final ScopedValue<Patience> PATIENCE = ScopedValue.newInstance();

  private static final Duration PATIENCE_BY_DEFAULT = Duration.ofMinutes(1);

  private record Patience(Deadlines deadlines, Duration time) {
    <T> Future<T> of(SqlClient connection, Future<T> reply) {
      return deadlines.within(reply, time, () -> drop(connection));
    }
  }

  private final Vertx vertx;
  private final Patience patience;
  private final Duration acquiring;
  private final PgConnectOptions systemLogin;
  private final Pool app;
  private final Pool system;
  private final BulkLogin bulk;
  private final OwnerLogin owner;
  private final Deadlines deadlines;
  private final LoopCalls loops;

  public Database(Vertx vertx, DatabaseConfig config, Secret secret) {
    this.vertx = vertx;
    this.deadlines = new Deadlines(vertx);
    this.loops = new LoopCalls(vertx);
    this.bulk = new BulkLogin(config, secret);
    this.owner = new OwnerLogin(config);
    this.acquiring = config.connectTimeout();
    this.patience =
        new Patience(deadlines, config.statementTimeout().plus(config.connectTimeout()));
    this.systemLogin = login(config, secret, config.systemRole());
    this.app = pool(vertx, "app", login(config, secret, config.appRole()), config.poolSize());
    this.system = pool(vertx, "system", systemLogin, config.systemPoolSize());
  }

  private static PgConnectOptions login(DatabaseConfig config, Secret secret, String role) {
    return PgConnectOptions.fromUri(config.url())
        .setUser(role)
        .setPassword(Migrations.password(secret, role))
        .setCachePreparedStatements(true)
        .setPreparedStatementCacheMaxSize(512)
        .setPipeliningLimit(PIPELINE)
        .setProperties(
            Map.of(
                "application_name",
                role,
                "search_path",
                "public",
                "TimeZone",
                "UTC",
                "statement_timeout",
                String.valueOf(config.statementTimeout().toMillis()),
                "plan_cache_mode",
                "auto"));
  }

  private static Pool pool(Vertx vertx, String name, PgConnectOptions options, int size) {
    return PgBuilder.pool()
        .with(
            new PoolOptions()
                // The name under which its metrics stand.
                .setName(name)
                .setMaxSize(size)
                .setMaxWaitQueueSize(4096)
                // No timer of the pool's: see connection().
                .setConnectionTimeout(0))
        .connectingTo(options)
        .using(vertx)
        .build();
  }

  /** How long anybody waits for a connection. */
  public Duration acquiring() {
    return acquiring;
  }

  /** A transaction for one user: policies show what the scope may see, and nothing else. */
  public <T> T as(Scope scope, Function<SqlConnection, T> work) {
    return transaction(
        app, "BEGIN", Tuple.of(scope.tenantId(), scope.userId(), scope.role()), work);
  }

  /** The same, for reading several things as they are at one moment. */
  public <T> T snapshot(Scope scope, Function<SqlConnection, T> work) {
    return transaction(
        app,
        "BEGIN ISOLATION LEVEL REPEATABLE READ",
        Tuple.of(scope.tenantId(), scope.userId(), scope.role()),
        work);
  }

  /** A transaction across tenants, by the login that has few and narrow rights. */
  public <T> T asSystem(Function<SqlConnection, T> work) {
    return transaction(system, "BEGIN", null, work);
  }

  /**
   * Does something that no two nodes may do at once. Meanwhile a connection is held: for seldom
   * work.
   *
   * @return false when another node is doing it
   */
  public boolean alone(String what, Runnable work) {
    return asSystem(connection -> {
      boolean first = run(connection, ALONE, Tuple.of(what)).iterator().next().getBoolean(0);
      // So that nobody takes the connection for dead while it only holds the lock.
      long alive =
          vertx.setPeriodic(ALIVE_MILLIS, ignored -> connection.query("SELECT 1").execute());
      try {
        if (first) {
          work.run();
        }
      } finally {
        vertx.cancelTimer(alive);
      }
      return first;
    });
  }

  /**
   * The same on a JDBC connection of its own, for what goes in by COPY. Blocks, and takes some
   * milliseconds to connect.
   */
  public <T> T bulk(Scope scope, BulkWork<T> work) {
    return bulk.as(scope, work);
  }

  /**
   * Upkeep as the owner of the tables, on a JDBC connection of its own, each statement in its own
   * transaction: for what neither another login nor a function may do. Blocks; no request is served
   * by it.
   */
  public <T> T upkeep(BulkWork<T> work) {
    return owner.run(work);
  }

  /**
   * One statement in its own transaction as the app login. For functions that call {@code act_as}
   * themselves: one round trip instead of four.
   */
  public RowSet<Row> call(String sql, Tuple parameters) {
    return await(loops.call(() -> one(app, sql, parameters, patience)));
  }

  /** {@link #call}, without waiting. */
  public Future<RowSet<Row>> callAsync(String sql, Tuple parameters) {
    return one(app, sql, parameters, patience).recover(e -> Future.failedFuture(told(e)));
  }

  /** One statement in its own transaction as the system login. */
  public RowSet<Row> callSystem(String sql, Tuple parameters) {
    return await(loops.call(() -> one(system, sql, parameters, patience)));
  }

  /** {@link #callSystem}, without waiting. */
  public Future<RowSet<Row>> callSystemAsync(String sql, Tuple parameters) {
    return one(system, sql, parameters, patience).recover(e -> Future.failedFuture(told(e)));
  }

  /**
   * Writes down a deed that is over, in a transaction of its own: one that changed nothing within
   * {@link #as} or {@link #asSystem}, or was refused, or failed.
   */
  public void record(Deed deed, Deed.Result result, Optional<FailureCode> code) {
    callSystem(Deed.ADD, deed.parameters(result, code.map(FailureCode::wire), true));
    deed.keep();
  }

  /** The same statement for many rows, on a connection of a transaction. */
  public static RowSet<Row> run(SqlClient connection, String sql, Tuple parameters) {
    return reply(connection, connection.preparedQuery(sql).execute(parameters));
  }

  /** A statement without parameters. */
  public static RowSet<Row> run(SqlClient connection, String sql) {
    return reply(connection, connection.preparedQuery(sql).execute());
  }

  private Future<RowSet<Row>> one(Pool pool, String sql, Tuple parameters, Patience patience) {
    Duration most = acquiring.compareTo(patience.time()) < 0 ? acquiring : patience.time();
    return connection(pool, most)
        .compose(connection ->
            patience
                .of(connection, connection.preparedQuery(sql).execute(parameters))
                .eventually(connection::close));
  }

  /**
   * A connection, or {@code unavailable} when none was free in time. The pool's own timer is not
   * used: where it meets a connection that is just given back, the pool forgets whom it served, and
   * others that wait with him are never answered at all (eclipse-vertx/vertx-sql-client 1567).
   */
  private Future<SqlConnection> connection(Pool pool, Duration patience) {
    Future<SqlConnection> asked = pool.getConnection();
    return deadlines
        .within(asked, patience, () -> {})
        .recover(e -> {
          if (!(e instanceof TimeoutException)) {
            return Future.failedFuture(e);
          }
          // Had too late, it goes back to the pool.
          asked.onSuccess(SqlConnection::close);
          return Future.failedFuture(
              Failure.of(FailureCode.UNAVAILABLE, "no database connection was free; try again", e));
        });
  }

  private static <T> T reply(SqlClient connection, Future<T> reply) {
    return await(
        PATIENCE.isBound()
            ? PATIENCE.get().of(connection, reply)
            : reply
                .timeout(PATIENCE_BY_DEFAULT.toMillis(), TimeUnit.MILLISECONDS)
                .onFailure(e -> {
                  if (e instanceof TimeoutException) {
                    drop(connection);
                  }
                }));
  }

  /** Nobody knows what it will say, so nobody may have it again. */
  private static void drop(SqlClient connection) {
    if (connection instanceof SqlConnectionInternal held
        && held.unwrap().unwrap() instanceof SocketConnectionBase silent) {
      LOG.warn("a connection to the database does not answer; it is dropped");
      silent.socket().close();
    }
  }

  private <T> T transaction(
      Pool pool,
      String beginning,
      @org.jspecify.annotations.Nullable Tuple scope,
      Function<SqlConnection, T> work) {
    return ScopedValue.where(PATIENCE, patience).call(() -> transact(pool, beginning, scope, work));
  }

  private <T> T transact(
      Pool pool,
      String beginning,
      @org.jspecify.annotations.Nullable Tuple scope,
      Function<SqlConnection, T> work) {
    SqlConnection connection = await(loops.call(() -> connection(pool, acquiring)));
    try {
      // Sent without waiting: the connection pipelines, so the first statement of the work carries
      // these two along. Should they fail, so does everything after them.
      Future<RowSet<Row>> begin = connection.query(beginning).execute();
      Future<RowSet<Row>> settings =
          scope == null ? begin : connection.preparedQuery(ACT_AS).execute(scope);
      T result;
      Optional<Deed> deed;
      try {
        result = work.apply(connection);
        reply(connection, begin);
        reply(connection, settings);
        deed = Deed.current().filter(d -> d.addIfChanged(connection));
      } catch (Throwable e) {
        rollBack(connection);
        throw e;
      }
      reply(connection, connection.query("COMMIT").execute());
      deed.ifPresent(Deed::keep);
      return result;
    } finally {
      release(connection);
    }
  }

  private static void release(SqlConnection connection) {
    try {
      await(connection.close());
    } catch (Failure e) {
      // What came of the work is told, and not this.
      LOG.debug("a connection was gone before it was given back", e);
    }
  }

  private static void rollBack(SqlConnection connection) {
    try {
      reply(connection, connection.query("ROLLBACK").execute());
    } catch (Failure e) {
      // The connection is broken: closing it rolls back, and the first failure is the one to tell.
      LOG.debug("rollback failed; the connection is dropped", e);
    }
  }

  /** Waits on a virtual thread, and tells what went wrong as a {@link Failure}. */
  public static <T> T await(Future<T> future) {
    try {
      return future.await();
    } catch (Throwable e) {
      throw told(e);
    }
  }

  private static Failure told(Throwable e) {
    return switch (e) {
      case Failure failure -> failure;
      case PgException pg when "57014".equals(pg.getSqlState()) ->
          Failure.of(FailureCode.UNAVAILABLE, "the database took too long; try again", pg);
      case PgException pg
          when pg.getSqlState() != null
              && (pg.getSqlState().startsWith("57P")
                  || pg.getSqlState().startsWith("08")
                  || pg.getSqlState().startsWith("53")
                  // Two transactions stood in each other's way: one of them begins again.
                  || pg.getSqlState().startsWith("40")) ->
          Failure.of(FailureCode.UNAVAILABLE, "the database is not available; try again", pg);
      // Raised on purpose by the functions of the migrations: MDxxx, the message is the code.
      case PgException pg when "MD404".equals(pg.getSqlState()) -> Failure.notFound(message(pg));
      case PgException pg when "MD429".equals(pg.getSqlState()) ->
          Failure.of(FailureCode.QUEUE_FULL, message(pg), pg);
      case PgException pg when "MD409".equals(pg.getSqlState()) ->
          Failure.of(FailureCode.CONFLICT, message(pg), pg);
      case ClosedConnectionException closed ->
          Failure.of(
              FailureCode.UNAVAILABLE, "the database connection was lost; try again", closed);
      case IOException io ->
          Failure.of(FailureCode.UNAVAILABLE, "the database cannot be reached; try again", io);
      case TimeoutException late ->
          Failure.of(FailureCode.UNAVAILABLE, "the database did not answer in time", late);
      case Exception away when isOfTheConnection(away) ->
          Failure.of(
              FailureCode.UNAVAILABLE, "no database connection could be had; try again", away);
      case PgException pg ->
          Failure.of(FailureCode.INTERNAL, "the database refused: " + pg.getMessage(), pg);
      default -> Failure.of(FailureCode.INTERNAL, "the database failed: " + e, e);
    };
  }

  /** The client says so in words alone: none was free in time, it was closed, it was lost. */
  private static boolean isOfTheConnection(Exception e) {
    if (e instanceof PgException || e.getMessage() == null) {
      return e.getCause() instanceof IOException;
    }
    String said = e.getMessage().toLowerCase(Locale.ROOT);
    return e.getCause() instanceof IOException
        || said.startsWith("timeout")
        || said.contains("closed")
        || said.contains("connection");
  }

  /** What a function of the migrations has refused in its answer, as if it had raised it. */
  public static Failure refused(String code, String message) {
    return switch (code) {
      case "MD404" -> Failure.notFound(message);
      case "MD429" -> Failure.of(FailureCode.QUEUE_FULL, message);
      case "MD409" -> Failure.of(FailureCode.CONFLICT, message);
      default -> Failure.of(FailureCode.INTERNAL, "the database refused: " + code);
    };
  }

  private static String message(PgException e) {
    String message = e.getErrorMessage();
    return message == null ? "the row" : message;
  }

  /** The SQL state of a failure's cause, or "" when it has none. */
  public static String sqlState(Failure failure) {
    return failure.getCause() instanceof PgException pg && pg.getSqlState() != null
        ? pg.getSqlState()
        : "";
  }

  /**
   * Hears {@code NOTIFY} on a channel, on a connection of its own that is made anew when it is
   * lost.
   *
   * @param heard called on an event loop at every notification, and whenever listening begins
   *     again, since some may have been missed; may not wait
   */
  public PgSubscriber listen(String channel, Runnable heard) {
    PgSubscriber subscriber = PgSubscriber.subscriber(vertx, systemLogin);
    subscriber.reconnectPolicy(
        retries -> Math.min(SLOWEST_RECONNECT_MILLIS, RECONNECT_MILLIS * (retries + 1)));
    subscriber
        .channel(channel)
        .subscribeHandler(ignored -> heard.run())
        .handler(ignored -> heard.run());
    subscriber
        .connect()
        .onFailure(e -> LOG.warn("not listening to {} until a connection is made", channel, e));
    return subscriber;
  }

  /** Whether both logins answer now. */
  public Future<Boolean> ping() {
    return answers().map(true).otherwise(false);
  }

  private Future<Void> answers() {
    Patience little = new Patience(deadlines, PING);
    return Future.all(
            one(app, "SELECT 1", Tuple.tuple(), little),
            one(system, "SELECT 1", Tuple.tuple(), little))
        .mapEmpty();
  }

  /**
   * Waits until both logins have answered once.
   *
   * @throws Failure {@code unavailable} when they have not within the patience; {@code internal}
   *     when they are refused
   */
  public void awaitFirst(StartPatience patience) {
    while (true) {
      try {
        await(answers());
        return;
      } catch (Failure e) {
        patience.spend(e);
      }
    }
  }

  /** Does not wait long for a database that does not answer. */
  public Future<Void> close() {
    return Future.all(app.close(), system.close())
        .timeout(CLOSING.toMillis(), TimeUnit.MILLISECONDS)
        .onFailure(e -> LOG.warn("connections to the database were left open", e))
        .<Void>mapEmpty()
        .otherwiseEmpty()
        .onComplete(closed -> deadlines.close());
  }
}
