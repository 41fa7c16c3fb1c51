package io.tallystick.identity.key;

import io.tallystick.identity.key.signer.KeyPurpose;
import java.time.Duration;
import java.util.Map;

/**
 * How long each part of a key's life lasts.
 *
 * @param notice how long a key is published before it signs
 * @param overlap how long a key is accepted after another took its place
 * @param every how long a key signs; {@link Duration#ZERO} if it is replaced on demand only
 */
record KeyTimes(Duration notice, Map<KeyPurpose, Duration> overlap, Map<KeyPurpose, Duration> every) {
    private static final Duration SHORTEST_NOTICE = Duration.ofSeconds(1);
    private static final Duration LONGEST_NOTICE = Duration.ofHours(1);

    KeyTimes {
        overlap = Map.copyOf(overlap);
        every = Map.copyOf(every);
        if (notice.compareTo(SHORTEST_NOTICE) < 0 || notice.compareTo(LONGEST_NOTICE) > 0) {
            throw new IllegalStateException("tallystick.identity.rotation-notice must be 1 s to 1 h: " + notice);
        }
        for (var purpose : KeyPurpose.ROTATING) {
            requireBounded(purpose, notice, overlap.get(purpose), every.get(purpose));
        }
    }

    /** So long that the keys of this purpose that are accepted together stay below their bound, whatever happens. */
    private static void requireBounded(KeyPurpose purpose, Duration notice, Duration overlap, Duration every) {
        // One more for a rotation on demand, and half of the room for those that an operator asks for.
        var shortest = overlap.dividedBy(purpose.mostKeys() / 2).plus(notice);
        if (every.isNegative() || (!every.isZero() && every.compareTo(shortest) < 0)) {
            throw new IllegalStateException("tallystick.identity.rotation-every."
                    + purpose.label().replace('_', '-') + " must be 0, or at least " + shortest
                    + " so that there are never too many keys: " + every);
        }
    }
}
