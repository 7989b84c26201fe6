package dev.mordomo.gateway.http;

import dev.mordomo.gateway.Fields;
import dev.mordomo.job.Job;
import dev.mordomo.job.JobService;
import dev.mordomo.job.JobStatus;
import java.util.Map;
import java.util.Optional;

/** Work that goes on behind a request. */
final class JobRoutes {
  private static final String WHAT = "the job";
  private static final int LONGEST_TYPE = 60;
  private static final int PAYLOAD = 65_536;

  private final JobService jobs;

  JobRoutes(JobService jobs) {
    this.jobs = jobs;
  }

  /** One's own, newest first. */
  Answer list(Exchange exchange) {
    Query query = exchange.query();
    Page page = Page.of(query);
    Optional<JobStatus> status = query.choice("status", JobStatus.WORDS).map(JobStatus::of);
    return page.answer(jobs.list(exchange.scope(), status, page.after(), page.oneMore()), Job::id);
  }

  Answer start(Exchange exchange) {
    Fields fields = exchange.fields();
    String type = fields.text("type", 1, LONGEST_TYPE);
    Map<String, Object> payload = fields.map("payload", PAYLOAD).orElse(Map.of());
    fields.verify();
    return Answer.created(jobs.start(exchange.scope(), type, payload));
  }

  Answer get(Exchange exchange) {
    return Answer.ok(jobs.get(exchange.scope(), exchange.id("id", WHAT)));
  }

  Answer cancel(Exchange exchange) {
    return Answer.ok(jobs.cancel(exchange.scope(), exchange.id("id", WHAT)));
  }
}
