package io.tallystick.identity.wallet;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tallystick.identity.wallet.proof.Challenge;
import java.time.Instant;

/**
 * A challenge on the wire.
 *
 * @param message to be signed with {@code personal_sign}
 * @param typedData the same, to be signed with {@code eth_signTypedData_v4} instead
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ChallengeAnswer(String nonce, Instant expiresAt, String message, TypedMessage typedData) {

    static ChallengeAnswer of(Challenge challenge) {
        return new ChallengeAnswer(
                challenge.nonce(),
                challenge.expiresAt(),
                challenge.message().text(),
                TypedMessage.of(challenge.typedData()));
    }
}
