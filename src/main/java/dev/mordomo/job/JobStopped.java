package dev.mordomo.job;

/**
 * The work is not this run's any more: it was cancelled, another node took it, its time is up, or
 * the server stops. Whoever works lets it pass.
 */
public final class JobStopped extends RuntimeException {
  private static final long serialVersionUID = 1L;

  JobStopped(String why) {
    super(why, null, false, false);
  }
}
