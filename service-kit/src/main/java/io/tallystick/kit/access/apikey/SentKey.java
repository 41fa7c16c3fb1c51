package io.tallystick.kit.access.apikey;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Where a request may have its API key, and where it must not. */
public final class SentKey {
    private static final String HEADER = "x-api-key";
    private static final String BEARER = "Bearer ";

    private SentKey() {}

    /** Why a request's credentials are not looked at. */
    public enum Why {
        NO_KEY,
        SEVERAL_CREDENTIALS,
        IN_URL
    }

    /** Credentials that stand where they must not. */
    public static final class Misplaced extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final Why why;

        Misplaced(Why why, String message) {
            super(message, null, false, false);
            this.why = why;
        }

        public Why why() {
            return why;
        }
    }

    /**
     * The API key in its own header; empty if there is no such header. Beside it, {@code Authorization} may say the same and
     * nothing else: two credentials in one request are a doubt, and a doubt is none.
     *
     * @param header the values of a header's lines by its name
     * @param url path and query, as sent
     * @throws Misplaced if it is no API key, if another credential stands beside it, or if the URL has one
     */
    public static Optional<String> of(Function<String, List<String>> header, String url) {
        refuseIn(url);
        var keys = header.apply(HEADER);
        if (keys.isEmpty()) {
            return Optional.empty();
        }
        var key = keys.getFirst().strip();
        if (keys.size() != 1 || !ApiKey.isMeant(key)) {
            throw new Misplaced(Why.NO_KEY, "x-api-key takes one API key; an access token goes into Authorization.");
        }
        var values = header.apply("Authorization");
        if (values.size() > 1 || values.stream().anyMatch(value -> !isBearer(value, key))) {
            throw new Misplaced(
                    Why.SEVERAL_CREDENTIALS, "Send the API key once: as Authorization: Bearer …, or as x-api-key.");
        }
        return Optional.of(key);
    }

    private static boolean isBearer(String value, String key) {
        return value.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && value.substring(BEARER.length()).strip().equals(key);
    }

    /** Refused even beside a right header, so that somebody hears of it: it must be revoked. */
    private static void refuseIn(String url) {
        if (ApiKey.isInside(url)) {
            throw new Misplaced(
                    Why.IN_URL,
                    "Never put an API key into a URL, where others read it: revoke this one, and send a new one in "
                            + "the header Authorization or x-api-key.");
        }
    }
}
