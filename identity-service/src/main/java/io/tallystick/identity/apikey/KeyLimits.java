package io.tallystick.identity.apikey;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How far an API key goes beyond its roles.
 *
 * @param models which models may be called; {@link #ANY_MODEL} alone for all
 * @param requestsPerMinute at each instance of each service
 * @param expiresAt when it ends, not included
 */
record KeyLimits(Set<String> models, int requestsPerMinute, long tokensPerMinute, Instant expiresAt) {
    static final String ANY_MODEL = "*";
    static final int MAX_MODELS = 32;
    static final int MAX_REQUESTS_PER_MINUTE = 1_000_000;
    static final long MAX_TOKENS_PER_MINUTE = 1_000_000_000L;

    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}");

    KeyLimits {
        requireNonNull(expiresAt, "expiresAt");
        models = Set.copyOf(models);
        if (!models.equals(Set.of(ANY_MODEL)) && !isList(models)) {
            throw new IllegalArgumentException("models must be 1 to 32 names, or * alone");
        }
        if (requestsPerMinute < 1 || requestsPerMinute > MAX_REQUESTS_PER_MINUTE) {
            throw new IllegalArgumentException("requestsPerMinute must be between 1 and 1000000");
        }
        if (tokensPerMinute < 1 || tokensPerMinute > MAX_TOKENS_PER_MINUTE) {
            throw new IllegalArgumentException("tokensPerMinute must be between 1 and 1000000000");
        }
    }

    private static boolean isList(Set<String> models) {
        return !models.isEmpty()
                && models.size() <= MAX_MODELS
                && models.stream().allMatch(model -> MODEL.matcher(model).matches());
    }
}
