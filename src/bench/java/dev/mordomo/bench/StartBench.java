package dev.mordomo.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Start to ready with a warm build, and the server's memory after 100 embeddings and a minute. */
final class StartBench {
  private static final int STARTS = 5;
  private static final int EMBEDDINGS = 100;

  private final Report report;
  private final Path folder;

  private final boolean brief;

  StartBench(Report report, Path folder, boolean brief) {
    this.report = report;
    this.folder = folder;
    this.brief = brief;
  }

  void run() throws Exception {
    Postgres postgres = new Postgres();
    postgres.create("bench_start");
    Path data = Files.createDirectories(folder.resolve("start-data")).toAbsolutePath();
    report.say("the first start makes the schema and takes in the manual");
    try (ServerProcess first = new ServerProcess(postgres.url("bench_start"), data, Map.of())) {
      report.figure("first start", first.readySeconds(), "s");
    }
    double[] seconds = new double[STARTS];
    for (int i = 0; i < STARTS; i++) {
      try (ServerProcess server = new ServerProcess(postgres.url("bench_start"), data, Map.of())) {
        seconds[i] = server.readySeconds();
        if (i == STARTS - 1) {
          memory(server);
        }
      }
    }
    java.util.Arrays.sort(seconds);
    report.goal("start to ready, median, s", seconds[STARTS / 2], "≤", 5);
  }

  private void memory(ServerProcess server) throws Exception {
    Api api = new Api(server.url());
    String token = api.signIn(ServerProcess.EMAIL, ServerProcess.PASSWORD);
    for (int i = 0; i < EMBEDDINGS; i++) {
      api.post(token, "/v1/search", Map.of("query", "pergunta número " + i + " sobre backups"));
    }
    report.say("a minute of rest");
    TimeUnit.SECONDS.sleep(brief ? 5 : 60);
    report.goal(
        "memory after 100 embeddings and a minute, MB",
        Cores.residentMegabytes(server.pid()),
        "≤",
        400);
  }
}
