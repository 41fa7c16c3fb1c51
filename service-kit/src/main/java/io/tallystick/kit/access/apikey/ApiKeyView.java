package io.tallystick.kit.access.apikey;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tallystick.events.ApiKeyChanged;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The API keys that hold, as identity-service told. Who feeds it has checked who says it, and that it is newer than all
 * before; it is not safe for several threads.
 *
 * <p>What was said of a key counts until {@link ApiKeyChanged#until()} only, which is shorter than the topic keeps its
 * records: an old event that is put back is either behind a newer one or worth nothing any more.
 */
public final class ApiKeyView {
    /** More keys than this are not kept, and what is not kept does not hold. */
    public static final int MAX_KEYS = 50_000;

    private static final Duration BETWEEN_CLEANINGS = Duration.ofMinutes(1);

    /** Compared with when there is no such key, so that an unknown id takes as long as a wrong secret. */
    private static final byte[] NO_HASH = "-".repeat(43).getBytes(US_ASCII);

    private final Map<String, ApiKeyChanged> keys = new HashMap<>();
    private Instant cleanAt = Instant.EPOCH;

    /** Takes in what has become of a key. @return false if it is one too many to keep */
    public boolean apply(ApiKeyChanged event, Instant now) {
        if (event.revoked() || ended(event, now)) {
            keys.remove(event.id());
            return true;
        }
        if (!now.isBefore(cleanAt)) {
            keys.values().removeIf(old -> ended(old, now));
            cleanAt = now.plus(BETWEEN_CLEANINGS);
        }
        if (keys.size() >= MAX_KEYS && !keys.containsKey(event.id())) {
            return false;
        }
        keys.put(event.id(), event);
        return true;
    }

    /** Forgets the keys of an identity whose access to the tenant was withdrawn: they are revoked with it. */
    public void forget(String tenant, String did) {
        keys.values().removeIf(key -> key.tenant().equals(tenant) && key.did().equals(did));
    }

    /** What is known of the key, if it is one that holds now. */
    public Optional<ApiKeyChanged> find(ApiKey presented, Instant now) {
        var known = keys.get(presented.id());
        var expected = known == null ? NO_HASH : known.hash().getBytes(US_ASCII);
        var same = MessageDigest.isEqual(presented.hash().getBytes(US_ASCII), expected);
        return same && known != null && !ended(known, now) ? Optional.of(known) : Optional.empty();
    }

    private static boolean ended(ApiKeyChanged key, Instant now) {
        return !key.expiresAt().isAfter(now) || !key.until().isAfter(now);
    }

    public int size() {
        return keys.size();
    }
}
