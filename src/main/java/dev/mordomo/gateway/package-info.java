/**
 * The doors: HTTP in {@code gateway.http}, the WebSocket in {@code gateway.socket}. They decode,
 * check, call a service and answer; they decide nothing.
 *
 * <p>Invariants: what a caller may not see is the same answer as what does not exist; every failure
 * leaves with a stable code and a request id; nothing of an unknown exception is told.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.gateway;
