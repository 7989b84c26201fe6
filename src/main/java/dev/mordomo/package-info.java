/** Mordomo: an event-driven assistant backend on Vert.x and PostgreSQL. */
@org.jspecify.annotations.NullMarked
package dev.mordomo;
