package dev.mordomo;

import dev.mordomo.action.ActionConfig;
import dev.mordomo.action.ActionService;
import dev.mordomo.action.ActionVerticle;
import dev.mordomo.billing.BillingConfig;
import dev.mordomo.billing.BillingService;
import dev.mordomo.billing.BillingVerticle;
import dev.mordomo.billing.MeteredCalls;
import dev.mordomo.billing.UserQuotas;
import dev.mordomo.chat.ChatConfig;
import dev.mordomo.chat.ChatService;
import dev.mordomo.chat.ChatVerticle;
import dev.mordomo.chat.ConversationDeleted;
import dev.mordomo.chat.EmbeddingCalls;
import dev.mordomo.chat.MessageEmbeddingVerticle;
import dev.mordomo.chat.MessageSearch;
import dev.mordomo.chat.RecentConfig;
import dev.mordomo.chat.RecentTurns;
import dev.mordomo.chat.Retrieval;
import dev.mordomo.chat.Speaker;
import dev.mordomo.gateway.AuditTrail;
import dev.mordomo.gateway.Authenticator;
import dev.mordomo.gateway.Features;
import dev.mordomo.gateway.GatewayConfig;
import dev.mordomo.gateway.Oversight;
import dev.mordomo.gateway.RateLimits;
import dev.mordomo.gateway.RateStore;
import dev.mordomo.gateway.RateVerticle;
import dev.mordomo.gateway.http.HttpGateway;
import dev.mordomo.gateway.http.IdempotencyVerticle;
import dev.mordomo.gateway.http.SealedAnswerStore;
import dev.mordomo.gateway.socket.ConfigNews;
import dev.mordomo.gateway.socket.Hub;
import dev.mordomo.gateway.socket.Presence;
import dev.mordomo.gateway.socket.Sessions;
import dev.mordomo.gateway.socket.SocketCalls;
import dev.mordomo.gateway.socket.SocketServices;
import dev.mordomo.identity.Bootstrap.FirstStart;
import dev.mordomo.identity.IdentityConfig;
import dev.mordomo.identity.IdentityService;
import dev.mordomo.identity.IdentityVerticle;
import dev.mordomo.identity.UserSettings;
import dev.mordomo.job.JobConfig;
import dev.mordomo.job.JobService;
import dev.mordomo.job.JobVerticle;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.Cluster;
import dev.mordomo.kernel.ClusterConfig;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.DatabaseConfig;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Keyring;
import dev.mordomo.kernel.KeyringVerticle;
import dev.mordomo.kernel.Masking;
import dev.mordomo.kernel.Migrations;
import dev.mordomo.kernel.Outbound;
import dev.mordomo.kernel.OutboundConfig;
import dev.mordomo.kernel.PartitionVerticle;
import dev.mordomo.kernel.Resealing;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.SealedSecrets;
import dev.mordomo.kernel.Secret;
import dev.mordomo.kernel.Settings;
import dev.mordomo.kernel.StartPatience;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Telling;
import dev.mordomo.knowledge.FileStore;
import dev.mordomo.knowledge.FileStoreConfig;
import dev.mordomo.knowledge.KnowledgeConfig;
import dev.mordomo.knowledge.KnowledgeModels;
import dev.mordomo.knowledge.KnowledgeService;
import dev.mordomo.knowledge.KnowledgeVerticle;
import dev.mordomo.knowledge.ManualLoader;
import dev.mordomo.knowledge.SearchDocumentsTool;
import dev.mordomo.model.ModelCatalog;
import dev.mordomo.model.ModelConfig;
import dev.mordomo.model.embedded.GlossMiniLm;
import dev.mordomo.model.embedded.extractive.ExtractiveModel;
import dev.mordomo.model.langchain.LangChainProvider;
import dev.mordomo.model.langchain.ModelHttp;
import dev.mordomo.model.onnx.OnnxConfig;
import dev.mordomo.model.onnx.OnnxProvider;
import dev.mordomo.model.rerank.RerankConfig;
import dev.mordomo.ops.audit.AuditConfig;
import dev.mordomo.ops.audit.AuditService;
import dev.mordomo.ops.audit.AuditVerticle;
import dev.mordomo.ops.log.LogConfig;
import dev.mordomo.ops.log.LogService;
import dev.mordomo.ops.log.LogVerticle;
import dev.mordomo.ops.setting.ConfigService;
import dev.mordomo.ops.setting.ConfigVerticle;
import dev.mordomo.privacy.PersonalData;
import dev.mordomo.privacy.Placeholders;
import dev.mordomo.privacy.PrivacyEvent;
import dev.mordomo.privacy.PrivacyService;
import dev.mordomo.privacy.PrivacyVerticle;
import dev.mordomo.privacy.RetentionConfig;
import dev.mordomo.reminder.ReminderConfig;
import dev.mordomo.reminder.ReminderService;
import dev.mordomo.reminder.ReminderVerticle;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Verticle;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The house, wired from the ground up, and shut down from the top. To be started on a thread that
 * may wait and is no Vert.x thread.
 */
public final class App implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(App.class);
  private static final Duration WATCHDOG = Duration.ofSeconds(30);
  private static final Duration MANUAL_RETRY = Duration.ofSeconds(1);
  private static final int MODEL_CONNECTIONS = 500;
  private static final Scope NOBODY_AS_SUPERUSER =
      new Scope(new UUID(0, 0), new UUID(0, 0), "superuser");

  private final InstantSource clock = InstantSource.system();
  private final UUID node = Ids.next();
  private final GatewayConfig gatewayConfig;
  private final ChatConfig chatConfig;
  private final BillingConfig billingConfig;
  private final Secret secret;
  private final PrometheusMeterRegistry metrics =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Vertx vertx;
  private final IntSupplier nodes;
  private final boolean withManual;
  private final Database database;
  private final Keyring keyring;
  private final Bus bus;
  private final PersonalData personal;
  private final Telling telling;
  private final GlossMiniLm embedded;
  private final ExtractiveModel extractive;
  private final Outbound outbound;
  private final AuditService audit;
  private final LiveKeys live;
  private final ConfigService config;
  private final LogService logs;
  private final IdentityService identity;
  private final JobService jobs;
  private final FileStore files;
  private final KnowledgeService knowledge;
  private final ActionService actions;
  private final ReminderService reminders;
  private final BillingService billing;
  private final MeteredCalls meter;
  private final RecentTurns recent;
  private final ChatService chat;
  private final MessageSearch messages;
  private final PrivacyService privacy;
  private final ModelHttp modelHttp;
  private final OnnxProvider folders;
  private final ModelCatalog models;
  private final Streams streams;
  private final Hub hub;
  private final Promise<Void> manual = Promise.promise();
  private Optional<FirstStart> firstStart = Optional.empty();
  private final List<String> doors = new ArrayList<>();
  private Optional<HttpGateway> gateway = Optional.empty();

  private App(Settings settings, Path data, boolean clustered) {
    gatewayConfig = GatewayConfig.from(settings);
    chatConfig = ChatConfig.from(settings);
    RecentConfig recentConfig = RecentConfig.from(settings);
    DatabaseConfig databaseConfig = DatabaseConfig.from(settings);
    OutboundConfig outboundConfig = OutboundConfig.from(settings);
    IdentityConfig identityConfig = IdentityConfig.from(settings);
    KnowledgeConfig knowledgeConfig = KnowledgeConfig.from(settings);
    FileStoreConfig fileStoreConfig = FileStoreConfig.from(settings);
    JobConfig jobConfig = JobConfig.from(settings);
    ActionConfig actionConfig = ActionConfig.from(settings);
    ReminderConfig reminderConfig = ReminderConfig.from(settings);
    billingConfig = BillingConfig.from(settings);
    ModelConfig modelConfig = ModelConfig.from(settings);
    OnnxConfig onnxConfig = OnnxConfig.from(settings);
    RerankConfig rerankConfig = RerankConfig.from(settings);
    ClusterConfig clusterConfig = ClusterConfig.from(settings);
    AuditConfig auditConfig = AuditConfig.from(settings);
    LogConfig logConfig = LogConfig.from(settings);
    RetentionConfig retentionConfig =
        RetentionConfig.from(settings, auditConfig.keep(), logConfig.keep());
    withManual = settings.flag("knowledge.manual", true);
    Duration wordPause = settings.duration("model.word_pause", Duration.ofMillis(15));
    live = new LiveKeys(settings, chatConfig, modelConfig, this::requireModel);
    settings.verify();

    Optional<String> givenSecret = settings.variable("MORDOMO_SECRET");
    if (clustered && givenSecret.isEmpty()) {
      throw Failure.of(
          FailureCode.INVALID,
          "--cluster needs MORDOMO_SECRET: at least 32 characters, the same for every node");
    }
    secret = Secret.load(givenSecret, data.resolve("secret"));
    // Meanwhile this thread waits for the database.
    Thread.ofPlatform().daemon().name("keyring").start(Keyring::load);
    new Migrations(databaseConfig, secret).run();
    Cluster cluster = vertx(clustered, clusterConfig);
    vertx = cluster.vertx();
    nodes = cluster.nodes();
    embedded = new GlossMiniLm(data.resolve("cache"));
    database = new Database(vertx, databaseConfig, secret);
    // Its connections take as long to be made as those of the migrations.
    database.awaitFirst(new StartPatience(databaseConfig));
    keyring = Keyring.open(database, secret, clock);
    bus = new Bus(vertx, secret);
    streams = new Streams(database, bus);
    hub = new Hub(vertx, bus, streams);
    outbound = new Outbound(vertx, outboundConfig);
    personal = new PersonalData(database, new Placeholders(secret));
    Function<Scope, Masking.Pass> masking =
        scope -> personal.begin(scope, () -> speaker(scope).locale());
    telling = scope -> personal.telling(scope, () -> speaker(scope).locale());
    logs = new LogService(database, masking, logConfig, process(), metrics, clock);
    config = new ConfigService(database, live.settings(), clock);
    audit = new AuditService(database, auditConfig, clock);
    identity = new IdentityService(vertx, database, bus, keyring, outbound, identityConfig, clock);
    jobs = new JobService(database, streams, bus, jobConfig, clock);
    folders = new OnnxProvider(data, data.resolve("cache"), onnxConfig);
    modelHttp = new ModelHttp(vertx, MODEL_CONNECTIONS);
    extractive = new ExtractiveModel(embedded, vertx, wordPause);
    models =
        new ModelCatalog(
            vertx,
            modelConfig,
            Stream.concat(
                    LangChainProvider.all(modelHttp, modelConfig, clock).stream(),
                    Stream.of(folders))
                .toList(),
            List.of(extractive),
            List.of(embedded));
    files = fileStoreConfig.open(data.resolve("files"), secret);
    billing = new BillingService(vertx, database, streams, node, billingConfig, clock);
    meter = new MeteredCalls(database, billing, node, clock);
    knowledge =
        new KnowledgeService(
            database,
            bus,
            files,
            jobs,
            new KnowledgeModels(
                models.embedding(), models::embeddingNamed, rerankConfig.open(folders), meter),
            who -> personal.documents(who, () -> speaker(who).locale()),
            telling,
            knowledgeConfig,
            metrics,
            clock);
    actions = new ActionService(database, streams, bus, masking, actionConfig, clock);
    reminders = new ReminderService(database, streams, bus, masking, reminderConfig, clock);
    reminders.tools().forEach(actions::register);
    actions.register(new SearchDocumentsTool(knowledge));
    recent = RecentTurns.open(vertx, recentConfig, keyring, metrics);
    chat =
        new ChatService(
            vertx,
            database,
            streams,
            bus,
            models,
            retrieval(),
            actions,
            billing,
            this::speaker,
            personal,
            recent,
            node,
            chatConfig,
            live,
            metrics,
            clock);
    messages = new MessageSearch(database, knowledge.vectors(), masking);
    privacy =
        new PrivacyService(
            database,
            identity,
            jobs,
            files,
            new Placeholders(secret),
            knowledge::deleteDocument,
            retentionConfig,
            bus,
            clock);
  }

  /** Throws for a name that no model has. */
  private void requireModel(String name) {
    models.byName(name);
  }

  /** This process among those of the installation: {@code machine/1234}. */
  private static String process() {
    String machine;
    try {
      machine = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      machine = "localhost";
    }
    return machine + "/" + ProcessHandle.current().pid();
  }

  private void loadManual() {
    Runnable load = () -> new ManualLoader(knowledge).load(NOBODY_AS_SUPERUSER);
    try {
      // Another node that loads it leaves nothing to do; if it dies, this one goes on.
      while (withManual && !database.alone("manual", load)) {
        TimeUnit.MILLISECONDS.sleep(MANUAL_RETRY.toMillis());
      }
      manual.complete();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      manual.fail(e);
    } catch (RuntimeException | Error e) {
      LOG.error("the manual could not be loaded; the next start tries again", e);
      manual.fail(e);
    }
  }

  private Cluster vertx(boolean clustered, ClusterConfig config) {
    VertxOptions options =
        new VertxOptions()
            // A fifteenth less of processor time for each search; where it cannot be had, the JDK's
            // is taken.
            .setPreferNativeTransport(true)
            // One a processor: more only wake one another.
            .setEventLoopPoolSize(Math.max(2, Runtime.getRuntime().availableProcessors()))
            .setMetricsOptions(new MicrometerMetricsOptions().setEnabled(true));
    VertxBuilder builder = Vertx.builder().withMetrics(new MicrometerMetricsFactory(metrics));
    if (!clustered) {
      return Cluster.ofOne(builder.with(options).build());
    }
    Cluster cluster = Cluster.join(config, builder, options);
    Gauge.builder("mordomo.cluster.nodes", cluster.nodes()::getAsInt)
        .description("Nodes that share the event bus, as this one sees them.")
        .register(metrics);
    return cluster;
  }

  private Retrieval retrieval() {
    return (scope, collections, question) ->
        knowledge.retrieve(scope, collections, question).stream()
            .map(hit ->
                new Retrieval.Retrieved(
                    hit.chunkId(),
                    hit.documentId(),
                    hit.title(),
                    hit.heading(),
                    hit.text(),
                    hit.language(),
                    hit.similarity(),
                    Double.isNaN(hit.probability())
                        ? Optional.empty()
                        : Optional.of(hit.probability())))
            .toList();
  }

  /** What this node remembers of whoever is erased, or may have read in what was theirs. */
  private void forget(PrivacyEvent.Erased erased) {
    identity.forget(erased.subjectId());
    knowledge.forget(erased.subjectId());
    extractive.forget();
    recent.hear(erased);
    logs.forget(erased.subjectId());
  }

  /** Also on the nodes that did not delete it. */
  private void forget(ConversationDeleted deleted) {
    recent.hear(deleted);
    hub.end(deleted.conversation());
  }

  private Speaker speaker(Scope scope) {
    UserSettings user = identity.users().settings(scope);
    return new Speaker(user.locale(), user.zone());
  }

  /** The features without a server, for one command. */
  static App open(Settings settings, Path data) {
    return new App(settings, data, false);
  }

  /**
   * The whole house, listening.
   *
   * @param clustered whether it shares its event bus with other nodes
   */
  public static App start(Settings settings, Path data, boolean clustered) {
    App app = new App(settings, data, clustered);
    app.listen(settings);
    return app;
  }

  private void listen(Settings settings) {
    firstStart = identity.bootstrap(settings);
    // The manual is the demo's content. The first time its passages are embedded, which takes some
    // seconds: nobody has to wait for that to sign in.
    Thread.ofVirtual().name("manual").start(this::loadManual);
    deploy(new PartitionVerticle(database, clock));
    deploy(new KeyringVerticle(keyring, resealing()));
    deploy(new LogVerticle(logs));
    deploy(new AuditVerticle(audit));
    deploy(new ConfigVerticle(config, database));
    deploy(new IdempotencyVerticle(database, clock));
    deploy(new IdentityVerticle(identity, bus));
    deploy(new JobVerticle(jobs, database, clock));
    deploy(new KnowledgeVerticle(knowledge, jobs, bus, clock));
    deploy(new ActionVerticle(actions));
    deploy(new ReminderVerticle(reminders, database, clock));
    deploy(new PrivacyVerticle(privacy, database));
    billing.setPrices(billingConfig);
    keepTokens();
    for (int i = 0; i < chatConfig.threads(); i++) {
      deploy(new ChatVerticle(chat, bus, i == 0));
    }
    if (chatConfig.messageVectors()) {
      deploy(new MessageEmbeddingVerticle(database, knowledge.vectors(), personal, chat, metrics));
    }
    EmbeddingCalls embeddings = new EmbeddingCalls(models.embedding(), telling, meter);
    Features features =
        new Features(
            chat,
            messages,
            knowledge,
            models,
            identity,
            new UserQuotas(database, identity.users(), clock),
            actions,
            reminders,
            jobs,
            embeddings,
            new Oversight(audit, config, logs),
            privacy);
    RateStore rates = new RateStore(database);
    deploy(new RateVerticle(rates));
    RateLimits limits = new RateLimits(live.rates(), rates, clock);
    Sessions sessions = new Sessions(gatewayConfig.socketsPerUser());
    identity.follow(sessions::hear);
    identity.follow(recent::hear);
    bus.subscribe(PrivacyEvent.ERASED, this::forget);
    bus.subscribe(ConversationDeleted.ADDRESS, this::forget);
    config.follow(new ConfigNews(database, streams, sessions, config)::hear);
    Authenticator authenticator = Authenticator.of(identity);
    Presence presence = new Presence(vertx, bus, hub, nodes);
    presence.start();
    SocketCalls calls = new SocketCalls(features, limits);
    SocketServices sockets =
        new SocketServices(
            gatewayConfig,
            clock,
            authenticator,
            hub,
            streams,
            sessions,
            presence,
            calls.table(),
            limits,
            new AuditTrail(database, clock),
            calls::greeting,
            new Placeholders(secret));
    HttpGateway.Services services =
        new HttpGateway.Services(
            gatewayConfig,
            database,
            secret,
            keyring,
            clock,
            authenticator,
            limits,
            sockets,
            metrics::scrape);
    hub.start();
    for (int i = 0; i < gatewayConfig.instances(); i++) {
      HttpGateway door = new HttpGateway(services, features);
      doors.add(
          vertx
              .deployVerticle(door, HttpGateway.deployment(gatewayConfig).setInstances(1))
              .await());
      gateway = Optional.of(door);
    }
  }

  /** For a command that calls models, too: what it leases of a quota goes back when it ends. */
  void keepTokens() {
    deploy(new BillingVerticle(billing));
  }

  private void deploy(Verticle verticle) {
    vertx.deployVerticle(verticle, virtualThread()).await();
  }

  private static DeploymentOptions virtualThread() {
    return new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD);
  }

  /** Where it listens. */
  public String address() {
    return "http://"
        + gatewayConfig.host()
        + ":"
        + gateway.map(HttpGateway::port).orElse(gatewayConfig.port());
  }

  /** How to sign in, when this was the first start. */
  public Optional<FirstStart> firstStart() {
    return firstStart;
  }

  /** Completed when the demo's manual can be found. */
  public Future<Void> manual() {
    return manual.future();
  }

  /** For a program that embeds the house and has something to tell its users. */
  public Streams streams() {
    return streams;
  }

  AuditService audit() {
    return audit;
  }

  Keyring keyring() {
    return keyring;
  }

  /** All tables with sealed values. */
  Resealing resealing() {
    return new Resealing(
        database, keyring, List.of(new SealedSecrets(database), new SealedAnswerStore(database)));
  }

  IdentityService identity() {
    return identity;
  }

  PrivacyService privacy() {
    return privacy;
  }

  KnowledgeService knowledge() {
    return knowledge;
  }

  /**
   * Stops in order: no new turns, running ones end, sockets close, verticles, pools. Never longer
   * than the watchdog.
   */
  public void stop() {
    Thread watchdog =
        Thread.ofPlatform()
            .daemon()
            .name("shutdown-watchdog")
            .unstarted(() -> {
              try {
                TimeUnit.MILLISECONDS.sleep(WATCHDOG.toMillis());
                LOG.error("the shutdown took longer than {} s: halting", WATCHDOG.toSeconds());
                Logs.end();
                Runtime.getRuntime().halt(1);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    watchdog.start();
    try {
      chat.drain(chatConfig.drain()).await();
      close();
    } finally {
      watchdog.interrupt();
    }
  }

  @Override
  public void close() {
    doors.forEach(id -> vertx.undeploy(id).await());
    hub.stop();
    vertx.deploymentIDs().forEach(id -> vertx.undeploy(id).await());
    identity.close().await();
    outbound.close();
    recent.close();
    modelHttp.close();
    embedded.close();
    folders.close();
    files.close();
    database.close().await();
    vertx.close().await();
  }
}
