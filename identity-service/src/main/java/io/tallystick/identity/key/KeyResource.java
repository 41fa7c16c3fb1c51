package io.tallystick.identity.key;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.tallystick.events.KeyChanged.State;
import io.tallystick.identity.key.signer.KeyPurpose;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The signing keys' lives, for the operator. */
@Path("/v1/keys")
@RequiresScope("keys:write")
class KeyResource {
    private final SigningKeys keys;
    private final StoredKeys stored;
    private final Rotation rotation;

    KeyResource(SigningKeys keys, StoredKeys stored, Rotation rotation) {
        this.keys = keys;
        this.stored = stored;
        this.rotation = rotation;
    }

    @GET
    public Keys get() {
        return keys(Instant.now());
    }

    /** Publishes a new key now, signs with it after the notice, and accepts the old one until all it signed expired. */
    @POST
    @Path("/rotate")
    public Uni<Keys> rotate(@NotNull RotationWish body) {
        var purpose = KeyPurpose.labelled(body.purpose().orElse(KeyPurpose.ACCESS_TOKEN.label()))
                .orElseThrow(KeyResource::unknownPurpose);
        return body.compromised()
                ? rotation.rotateCompromised(purpose)
                        .map(after -> after.map(_ -> keys(Instant.now())).orElseThrow(KeyResource::revokedOnly))
                : rotation.rotate(purpose)
                        .map(after -> after.map(_ -> keys(Instant.now())).orElseThrow(KeyResource::underWay));
    }

    private Keys keys(Instant now) {
        return new Keys(KeyPurpose.ROTATING.stream()
                .flatMap(purpose -> keys.ring(purpose).accepted().stream().map(key -> key(key, now)))
                .toList());
    }

    private Key key(SigningKey key, Instant now) {
        var ring = keys.ring(key.purpose());
        boolean signs = ring.signer(now).filter(key::equals).isPresent();
        return new Key(
                key.kid(),
                key.purpose().label(),
                key.holder().label(),
                key.state().name().toLowerCase(Locale.ROOT),
                signs,
                key.activeFrom(),
                Math.max(0, Duration.between(key.activeFrom(), now).toSeconds()),
                signs ? ring.nextRotation(now, stored.times()) : Optional.empty(),
                key.state() == State.RETIRING ? Optional.of(key.revokeAt()) : Optional.empty());
    }

    private static ProblemException unknownPurpose() {
        return new ProblemException(
                Problem.of("invalid-request", "Request not valid", 400, "Correct the fields listed.")
                        .with(List.of(new Problem.FieldError(
                                "/purpose",
                                "must be one of "
                                        + KeyPurpose.ROTATING.stream()
                                                .map(KeyPurpose::label)
                                                .collect(Collectors.joining(", "))
                                        + "; the event key is a file, and update keys change with each entry"))));
    }

    private static ProblemException underWay() {
        return new ProblemException(Problem.of(
                "rotation-under-way",
                "Key not rotated",
                409,
                "Wait until the newest key signs; or rotate with \"compromised\": true, which takes effect at once."));
    }

    private static ProblemException revokedOnly() {
        return new ProblemException(
                Problem.of(
                        "signer-away",
                        "Cannot sign now",
                        503,
                        "The keys are revoked, and nothing is signed until the signer makes another, which is tried "
                                + "each second. Look at /q/health/well for what is wrong with it."),
                Map.of("Retry-After", "2"));
    }

    /**
     * What an operator wants.
     *
     * @param purpose of which keys; those of access tokens if it is left out
     * @param compromised whether all that the present keys signed must be refused from now on
     */
    record RotationWish(Optional<String> purpose, boolean compromised) {
        RotationWish {
            purpose = purpose == null ? Optional.empty() : purpose;
        }
    }

    record Keys(List<Key> keys) {}

    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Key(
            String kid,
            String purpose,
            String holder,
            String state,
            boolean signs,
            Instant activeFrom,
            long ageSeconds,
            Optional<Instant> nextRotation,
            Optional<Instant> listedUntil) {}
}
