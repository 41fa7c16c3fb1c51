package io.tallystick.metering.gateway.upstream;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * A model server as it is configured.
 *
 * @param name what logs, metrics, usage events and answers call it
 * @param url its base, without {@code /v1}
 * @param timeout for a whole answer
 * @param mostCalls to it at once
 */
public record Upstream(
        String name,
        ApiKind kind,
        URI url,
        Optional<ProviderKey> key,
        Duration connectTimeout,
        Duration timeout,
        int maxAnswerBytes,
        int mostCalls) {

    private static final Duration LONGEST = Duration.ofHours(1);

    public Upstream {
        requireNonNull(name, "name");
        requireNonNull(kind, "kind");
        requireNonNull(key, "key");
        var scheme = url.getScheme();
        if (url.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
            throw new IllegalArgumentException("write the address as http:// or https:// with a host");
        }
        if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "leave user, query and fragment out of the address; a key goes in api-key");
        }
        if (!connectTimeout.isPositive() || !timeout.isPositive()) {
            throw new IllegalArgumentException("set connect-timeout and timeout above zero");
        }
        if (connectTimeout.compareTo(LONGEST) > 0 || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("set connect-timeout and timeout to an hour at most");
        }
        if (maxAnswerBytes < 1 || mostCalls < 1) {
            throw new IllegalArgumentException("set max-answer-bytes and max-connections above zero");
        }
        url = URI.create(url.toString().replaceFirst("/+$", "").replaceFirst("/v1$", ""));
    }

    /** Where {@code path} is, one of the gateway's own. */
    URI at(String path) {
        return URI.create(url + path);
    }
}
