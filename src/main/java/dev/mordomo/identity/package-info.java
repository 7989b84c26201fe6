/** Who there is and who speaks: tenants, users, passwords, tokens and API keys. */
@org.jspecify.annotations.NullMarked
package dev.mordomo.identity;
