package dev.mordomo.privacy;

import dev.mordomo.identity.IdentityService;
import dev.mordomo.identity.User;
import dev.mordomo.job.Job;
import dev.mordomo.job.JobHandler;
import dev.mordomo.job.JobRequest;
import dev.mordomo.job.JobRun;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Scope;
import dev.mordomo.knowledge.FileStore;
import dev.mordomo.privacy.ExportStore.Kind;
import dev.mordomo.privacy.ExportStore.Line;
import dev.mordomo.privacy.ExportStore.Place;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes an export: for each kind a file with a line of JSON a row, read as the user whose rows
 * they are, with placeholders opened; and the originals. Begun again it writes anew; what was
 * written of it before goes with the sweep of orphans.
 */
final class ExportJob implements JobHandler {
  static final String TYPE = "export";
  static final String EXPORT = "export_id";

  /** Not longer than the sweep of orphans leaves alone what no document names. */
  static final Duration KEPT = Duration.ofHours(23);

  private static final UUID FIRST = new UUID(0, 0);
  private static final int USERS = 200;

  private final Database database;
  private final IdentityService identity;
  private final FileStore files;
  private final Placeholders placeholders;
  private final InstantSource clock;

  ExportJob(
      Database database,
      IdentityService identity,
      FileStore files,
      Placeholders placeholders,
      InstantSource clock) {
    this.database = database;
    this.identity = identity;
    this.files = files;
    this.placeholders = placeholders;
    this.clock = clock;
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> run(JobRun run) {
    UUID id = id(run.payload());
    Scope who = run.scope();
    Export export =
        database
            .as(who, c -> ExportStore.get(c, id))
            .orElseThrow(() -> Failure.notFound("the export"));
    String folder = who.tenantId() + "/" + who.userId() + "/exports/" + id + "/" + Ids.next();
    PartsStream parts = new PartsStream(files, folder);
    Writing writing = new Writing(run, new ZipOutputStream(parts, StandardCharsets.UTF_8));
    try (ZipOutputStream zip = writing.zip) {
      if (export.kind() == Erasure.Kind.USER) {
        writing.user(new Scope(who.tenantId(), export.subjectId(), "member"), "");
      } else {
        writing.tenant(who, export.subjectId());
      }
      zip.putNextEntry(new ZipEntry("manifest.json"));
      zip.write(
          Json.write(
                  Map.of(
                      "kind", export.kind(),
                      "subject_id", export.subjectId(),
                      "at", clock.instant(),
                      "counts", writing.counts))
              .getBytes(StandardCharsets.UTF_8));
      zip.closeEntry();
    } catch (IOException e) {
      throw Failure.of(FailureCode.INTERNAL, "the export could not be written", e);
    }
    Place place = new Place(folder, parts.parts(), parts.size());
    database.as(
        who,
        c -> {
          ExportStore.ready(c, id, writing.counts, place, clock.instant().plus(KEPT));
          return true;
        });
    return Map.of(EXPORT, id, "size", place.size(), "counts", writing.counts);
  }

  @Override
  public void gaveUp(SqlClient connection, JobRequest request, Job job) {
    ExportStore.failed(connection, id(request.payload()));
  }

  private static UUID id(Map<String, Object> payload) {
    return UUID.fromString(String.valueOf(payload.get(EXPORT)));
  }

  /** One ZIP while it grows. */
  private final class Writing {
    private final JobRun run;
    private final ZipOutputStream zip;
    private final Map<String, Long> counts = new TreeMap<>();
    private long done;

    Writing(JobRun run, ZipOutputStream zip) {
      this.run = run;
      this.zip = zip;
    }

    void tenant(Scope who, UUID tenant) throws IOException {
      rows(new Scope(tenant, FIRST, "admin"), Optional.empty(), "shared/");
      Optional<UUID> after = Optional.empty();
      List<User> page;
      do {
        page = identity.users().list(who, Optional.of(tenant), after, USERS);
        for (User user : page) {
          user(new Scope(tenant, user.id(), "member"), "users/" + user.id() + "/");
        }
        after = page.isEmpty() ? after : Optional.of(page.getLast().id());
      } while (page.size() == USERS);
    }

    void user(Scope user, String folder) throws IOException {
      rows(user, Optional.of(user.userId()), folder);
    }

    private void rows(Scope as, Optional<UUID> user, String folder) throws IOException {
      for (Kind kind : Kind.values()) {
        kind(kind, as, user, folder);
      }
    }

    private void kind(Kind kind, Scope as, Optional<UUID> user, String folder) throws IOException {
      UUID after = FIRST;
      String name = kind.name().toLowerCase(java.util.Locale.ROOT);
      Map<String, Line> originals = new TreeMap<>();
      List<Line> page = lines(kind, as, user, after);
      if (page.isEmpty()) {
        return;
      }
      zip.putNextEntry(new ZipEntry(folder + name + ".jsonl"));
      while (!page.isEmpty()) {
        for (Line line : page) {
          zip.write(
              (placeholders.restored(as, line.json()) + "\n").getBytes(StandardCharsets.UTF_8));
          line.fileKey().ifPresent(key -> originals.put(line.id().toString(), line));
        }
        count(name, page.size());
        after = page.getLast().id();
        page = lines(kind, as, user, after);
      }
      zip.closeEntry();
      for (Line line : originals.values()) {
        original(line, folder);
      }
    }

    private List<Line> lines(Kind kind, Scope as, Optional<UUID> user, UUID after) {
      Function<SqlConnection, List<Line>> read =
          c -> ExportStore.lines(c, kind, as.tenantId(), user.orElse(null), after);
      return kind.isOfSystem() ? database.asSystem(read) : database.as(as, read);
    }

    private void original(Line line, String folder) throws IOException {
      Optional<Buffer> bytes = line.fileKey().flatMap(files::get);
      if (bytes.isPresent()) {
        String name = line.fileName().replaceAll("[\\\\/\\p{Cntrl}]", "_");
        zip.putNextEntry(new ZipEntry(folder + "files/" + line.id() + "/" + name));
        zip.write(bytes.get().getBytes());
        zip.closeEntry();
        count("files", 1);
      }
    }

    private void count(String name, long n) {
      counts.merge(name, n, Long::sum);
      done += n;
      run.progress(done, 0);
    }
  }
}
