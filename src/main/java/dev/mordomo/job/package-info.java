/**
 * Durable work behind a request: queued, claimed by one node, run, retried, cancelled, and always
 * brought to an end.
 *
 * <p>Table: {@code job}. Announces {@code job.updated} on the bus and on the user's channel.
 * Listens to PostgreSQL's channel {@code job_ready}. Other features bring the work: each registers
 * a {@link dev.mordomo.job.JobHandler} for a type.
 *
 * <p>Invariants: a job is run by at most one node at a time, since it is claimed with {@code SKIP
 * LOCKED} under a lease, and whoever lost its lease can write nothing more (its fence is old); what
 * a handler changes and that the job is done are one transaction where the handler wants it; a job
 * acts as the user who started it.
 *
 * <p>On failure: when a node dies its leases run out, and another node runs its jobs again, as
 * often as the attempts allow; when a notification is lost, the poll finds the job; a handler that
 * hangs is given up at the deadline, and its job fails.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.job;
