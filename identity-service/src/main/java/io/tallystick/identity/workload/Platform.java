package io.tallystick.identity.workload;

import java.time.Duration;

/**
 * A platform whose word about its programs is taken.
 *
 * @param name what it is called here
 * @param issuer what its tokens' {@code iss} says, or its trust domain
 * @param maxLifetime longest time that its tokens may live
 */
record Platform(String name, String issuer, Duration maxLifetime) {
    private static final String SPIFFE = "spiffe://";

    Platform {
        if (issuer.isBlank() || (isTrustDomain(issuer) && issuer.indexOf('/', SPIFFE.length()) >= 0)) {
            throw new IllegalArgumentException(
                    "the issuer of platform " + name + " must be what iss says, or a trust domain without a path");
        }
        if (maxLifetime.compareTo(Duration.ofMinutes(1)) < 0 || maxLifetime.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("the max-lifetime of platform " + name + " must be 1 min to 24 h");
        }
    }

    /** Whether a token that says so is this platform's. */
    boolean issued(String issuerClaim, String subject) {
        return isTrustDomain(issuer) ? subject.startsWith(issuer + "/") : issuer.equals(issuerClaim);
    }

    /** A trust domain's own tokens need no {@code iss}, so one that a platform names goes first. */
    boolean goesByTrustDomain() {
        return isTrustDomain(issuer);
    }

    private static boolean isTrustDomain(String issuer) {
        return issuer.startsWith(SPIFFE);
    }
}
