package dev.mordomo.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * {@code ./mordomo run} to ready with a warm build, and the server's memory after 100 embeddings
 * and a minute.
 */
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
    Path data = folder.resolve("start-data").toAbsolutePath();
    report.say("a first start, if there is none yet, makes a PostgreSQL and takes in the manual");
    try (ScriptRun first = new ScriptRun(data)) {
      report.figure("start before the measured ones", first.readySeconds(), "s");
    }
    double[] seconds = new double[STARTS];
    for (int i = 0; i < STARTS; i++) {
      try (ScriptRun run = new ScriptRun(data)) {
        seconds[i] = run.readySeconds();
        if (i == STARTS - 1) {
          memory(run);
        }
      }
    }
    Arrays.sort(seconds);
    report.figure("fastest start to ready", seconds[0], "s");
    report.goal("start to ready, median, s", seconds[STARTS / 2], "≤", 5);
  }

  private void memory(ScriptRun server) throws Exception {
    Api api = new Api(server.url());
    String token = api.signIn(ServerProcess.EMAIL, ServerProcess.PASSWORD);
    for (int i = 0; i < EMBEDDINGS; i++) {
      api.post(token, "/v1/search", Map.of("query", "pergunta número " + i + " sobre backups"));
    }
    report.say("a minute of rest");
    TimeUnit.SECONDS.sleep(brief ? 5 : 60);
    report.goal(
        "memory after 100 embeddings and a minute, MB",
        Cores.residentMegabytes(server.server()),
        "≤",
        400);
  }
}
