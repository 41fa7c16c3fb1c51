package io.tallystick.kit.access.topic;

import io.tallystick.events.KeyChanged;
import io.tallystick.events.KeyChanged.Purpose;
import io.tallystick.events.KeyChanged.State;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Which keys sign access tokens. One is accepted only while the newest heartbeat names it: an old event of a withdrawn key
 * that is put back says nothing.
 *
 * @param <K> a public key, as its asker verifies with it
 */
public final class KeyView<K> {
    private static final int MAX_KEYS = 1_000;

    /** What became of an event. */
    public enum Applied {
        CHANGED,
        OUTDATED,
        /** Of a key that signs no access tokens. */
        OTHER_PURPOSE,
        TOO_MANY
    }

    private record KnownKey<K>(K key, boolean accepted, long revision) {}

    private final Function<String, K> ofBase64Url;
    private final Map<String, KnownKey<K>> keys = new HashMap<>();
    private Set<String> named = Set.of();

    /** @param ofBase64Url reads a key; throws {@link IllegalArgumentException} if it is none */
    public KeyView(Function<String, K> ofBase64Url) {
        this.ofBase64Url = ofBase64Url;
    }

    public Applied apply(KeyChanged event) {
        if (event.purpose() != Purpose.ACCESS_TOKEN) {
            return Applied.OTHER_PURPOSE;
        }
        var known = keys.get(event.kid());
        if (known != null && known.revision >= event.revision()) {
            return Applied.OUTDATED;
        }
        if (known == null && keys.size() >= MAX_KEYS) {
            // Old events of these could come back, and would say nothing: no heartbeat names them any more.
            keys.entrySet().removeIf(old -> !old.getValue().accepted && !named.contains(old.getKey()));
        }
        if (known == null && keys.size() >= MAX_KEYS) {
            return Applied.TOO_MANY;
        }
        var accepted = event.state() != State.REVOKED;
        keys.put(event.kid(), new KnownKey<>(ofBase64Url.apply(event.publicKey()), accepted, event.revision()));
        return Applied.CHANGED;
    }

    /** A heartbeat that is newer than all before names these. */
    public void heard(Collection<String> kids) {
        named = Set.copyOf(kids);
    }

    /** The key, if it is in use now. */
    public Optional<K> find(String kid) {
        return Optional.ofNullable(keys.get(kid))
                .filter(known -> known.accepted && named.contains(kid))
                .map(KnownKey::key);
    }
}
