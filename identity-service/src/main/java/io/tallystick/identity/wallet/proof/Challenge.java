package io.tallystick.identity.wallet.proof;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the holder of an account is asked to sign: that it is linked to one DID with one tenant.
 *
 * @param nonce used once
 */
public record Challenge(Place place, String did, Account account, String nonce, Instant issuedAt, Instant expiresAt) {
    /** What a nonce looks like; that of EIP-4361 and not longer than ours. */
    public static final String NONCE = "[A-Za-z0-9]{8,64}";

    static final String STATEMENT = "I link this account to my DID with this provider. This costs nothing.";

    private static final Pattern NONCE_FORM = Pattern.compile(NONCE);

    /** How far the clock of who writes a message may be from ours. */
    private static final Duration SKEW = Duration.ofSeconds(60);

    public Challenge {
        requireNonNull(place, "place");
        requireNonNull(did, "did");
        requireNonNull(account, "account");
        if (!NONCE_FORM.matcher(nonce).matches() || !issuedAt.isBefore(expiresAt)) {
            throw new IllegalArgumentException("not a challenge: " + nonce);
        }
    }

    /** The text that a wallet shows and signs with {@code personal_sign}. */
    public SignInMessage message() {
        var scheme = place.scheme();
        return new SignInMessage(
                // A wallet takes a message without a scheme for one of https.
                scheme.equals("https") ? "" : scheme,
                place.domain(),
                account.address(),
                STATEMENT,
                place.uri(),
                account.chain(),
                nonce,
                issuedAt,
                Optional.of(expiresAt),
                Optional.empty(),
                Optional.empty(),
                List.of(did, place.tenantUrl()));
    }

    /** The same as {@code eth_signTypedData_v4} signs it. */
    public TypedLink typedData() {
        return new TypedLink(account, did, place.tenantUrl(), place.uri(), nonce, issuedAt, expiresAt);
    }

    public boolean expired(Instant now) {
        return !expiresAt.isAfter(now);
    }

    /** What of a message is not what was asked for; empty if it links exactly this. */
    public Optional<String> flaw(SignInMessage message, Instant now) {
        var wrong = place(message);
        return wrong.isPresent() ? wrong : times(message, now);
    }

    private Optional<String> place(SignInMessage message) {
        if (!message.domain().equals(place.domain())
                || !(message.scheme().isEmpty() || message.scheme().equals(place.scheme()))) {
            return Optional.of("it is for another domain; this one is " + place.domain());
        }
        if (!message.uri().equals(place.uri())) {
            return Optional.of("its URI must be " + place.uri());
        }
        if (message.chain() != account.chain()) {
            return Optional.of("it is for another chain; the challenge is for " + account.chain());
        }
        if (!message.address().equals(account.address())) {
            return Optional.of("it is for another account; the challenge is for " + account);
        }
        if (!message.nonce().equals(nonce)) {
            return Optional.of("it has another nonce");
        }
        if (message.resources().size() != 2
                || !Set.copyOf(message.resources()).equals(Set.of(did, place.tenantUrl()))) {
            return Optional.of("its resources must be your DID and " + place.tenantUrl() + ", and no other");
        }
        return Optional.empty();
    }

    private Optional<String> times(SignInMessage message, Instant now) {
        if (message.issuedAt().isBefore(issuedAt.minus(SKEW))
                || message.issuedAt().isAfter(now.plus(SKEW))) {
            return Optional.of("it was not issued between the challenge and now");
        }
        if (message.expirationTime().filter(time -> !time.isAfter(now)).isPresent()) {
            return Optional.of("it has expired");
        }
        if (message.notBefore().filter(time -> time.isAfter(now)).isPresent()) {
            return Optional.of("it is not valid yet");
        }
        return Optional.empty();
    }
}
