package io.tallystick.kit.access.proof;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/**
 * Makes the {@link Nonces} of each time out of signatures. Ed25519 signs one text in one way only, so all instances with
 * the key make the same nonces without asking each other, and nobody without it knows one before it is told.
 */
public final class NonceSeries {
    /** How long a nonce is the newest. */
    static final long WINDOW_SECONDS = 20;

    /** How many are accepted. The second is given out, so a proof may be made for it forty to sixty seconds. */
    private static final int ACCEPTED = 4;

    /** Nothing else that the key signs begins so: a JWS begins with its header in base64url. */
    private static final String PURPOSE = "tallystick nonce of proofs, window ";

    private static final int BYTES = 16;

    private final UnaryOperator<byte[]> signer;

    /** @param signer signs with Ed25519 */
    public NonceSeries(UnaryOperator<byte[]> signer) {
        this.signer = signer;
    }

    public Nonces at(Instant now) {
        long newest = Math.floorDiv(now.getEpochSecond(), WINDOW_SECONDS);
        return new Nonces(LongStream.range(0, ACCEPTED)
                .mapToObj(age -> nonce(newest - age))
                .toList());
    }

    private String nonce(long window) {
        var digest = Sha256.of(signer.apply((PURPOSE + window).getBytes(US_ASCII)));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, BYTES));
    }
}
