package io.tallystick.kit.access;

import io.tallystick.kit.access.AccessRefused.Reason;
import io.tallystick.kit.access.apikey.ApiKey;
import io.tallystick.kit.access.proof.Presented;
import java.util.List;
import java.util.Optional;

/** Where a request may have its API key, and where it must not. */
final class SentKey {
    private static final String HEADER = "x-api-key";
    private static final String BEARER = "Bearer ";

    private SentKey() {}

    /**
     * The API key in its own header; empty if there is no such header. Beside it, {@code Authorization} may say the same and
     * nothing else: two credentials in one request are a doubt, and a doubt is none.
     *
     * @throws AccessRefused if it is no API key, if another credential stands beside it, or if the URL has one
     */
    static Optional<String> of(Presented request) {
        refuseInUrl(request);
        var keys = request.header(HEADER);
        if (keys.isEmpty()) {
            return Optional.empty();
        }
        var key = keys.getFirst().strip();
        if (keys.size() != 1 || !ApiKey.isMeant(key)) {
            throw new AccessRefused(
                    Reason.MALFORMED_API_KEY, "x-api-key takes one API key; an access token goes into Authorization.");
        }
        var values = request.header("Authorization");
        if (values.size() > 1 || values.stream().anyMatch(value -> !isBearer(value, key))) {
            throw new AccessRefused(
                    Reason.CONFLICTING_CREDENTIALS,
                    "Send the API key once: as Authorization: Bearer …, or as x-api-key.");
        }
        return Optional.of(key);
    }

    private static boolean isBearer(String value, String key) {
        return value.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && value.substring(BEARER.length()).strip().equals(key);
    }

    /** Refused even beside a right header, so that somebody hears of it: it must be revoked. */
    private static void refuseInUrl(Presented request) {
        if (List.of(request.path(), request.query()).stream().anyMatch(ApiKey::isInside)) {
            throw new AccessRefused(
                    Reason.API_KEY_IN_URL,
                    "Never put an API key into a URL, where others read it: revoke this one, and send a new one in "
                            + "the header Authorization or x-api-key.");
        }
    }
}
