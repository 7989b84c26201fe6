package dev.mordomo.identity;

import java.util.Optional;

/**
 * What a provider says of somebody, after its word was checked.
 *
 * @param subject its own id for them, which never becomes another's
 * @param email verified by the provider; empty when it is not
 * @param picture an https URL
 */
record OidcClaims(
    String issuer,
    String subject,
    Optional<String> email,
    Optional<String> name,
    Optional<String> picture) {}
