/**
 * The benchmarks of {@code ./mordomo bench}: each beside a peer or the bare limit in the same run,
 * as a ratio. Figures are written to {@code target/bench/NAME.json} and printed.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.bench;
