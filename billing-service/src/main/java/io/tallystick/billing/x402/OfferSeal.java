package io.tallystick.billing.x402;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Proves that an offer is ours without remembering it: strangers ask for offers, and write no rows.
 *
 * <p>A seal is {@code <issued at, Unix milliseconds>.<HMAC-SHA-256, base64url>}.
 */
final class OfferSeal {
    /** Fewest bytes of a key. */
    static final int KEY_BYTES = 32;

    private static final Pattern SHAPE = Pattern.compile("([0-9]{1,15})\\.([A-Za-z0-9_-]{43})");

    private final SecretKeySpec key;

    OfferSeal(byte[] secret) {
        if (secret.length < KEY_BYTES) {
            throw new IllegalArgumentException("the offer key has less than " + KEY_BYTES + " bytes");
        }
        this.key = new SecretKeySpec(secret, "HmacSHA256");
    }

    String of(Offer offer) {
        var mac = Base64.getUrlEncoder().withoutPadding().encodeToString(mac(offer));
        return offer.issuedAt().toEpochMilli() + "." + mac;
    }

    /** When a seal says that its offer was made; not yet proven. */
    Optional<Instant> issuedAt(String seal) {
        var match = SHAPE.matcher(seal);
        return match.matches() ? Optional.of(Instant.ofEpochMilli(Long.parseLong(match.group(1)))) : Optional.empty();
    }

    /** Whether {@code seal} is ours and of this very offer. */
    boolean proves(String seal, Offer offer) {
        return MessageDigest.isEqual(of(offer).getBytes(UTF_8), seal.getBytes(UTF_8));
    }

    private byte[] mac(Offer offer) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(offer.sealed().getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }
}
