/**
 * HTTP: one route table ({@code Routes}), one way through it ({@code RouteRunner}): who may, the
 * body, the idempotency key, the handler, the answer or its problem document (RFC 9457).
 *
 * <p>A turn's three faces are one engine's: {@code TurnFollowing} follows its channel, and an ear
 * words what it hears, as events ({@code TurnSse}) or as OpenAI does ({@code CompletionEar}).
 *
 * <p>Table: {@code idempotency_key}. Handlers run on virtual threads and may wait. What goes wrong
 * leaves as a {@code Failure}; everything else is logged with its request id and told as {@code
 * internal}.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.gateway.http;
