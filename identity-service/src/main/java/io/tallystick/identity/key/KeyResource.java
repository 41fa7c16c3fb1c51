package io.tallystick.identity.key;

import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** The signing keys' lives, for the operator. */
@Path("/v1/keys")
@RequiresScope("keys:write")
class KeyResource {
    private final SigningKeys keys;

    KeyResource(SigningKeys keys) {
        this.keys = keys;
    }

    @GET
    public Keys get() {
        return Keys.of(keys.ring());
    }

    /** Publishes a new key now, signs with it after the notice, and accepts the old one until all it signed expired. */
    @POST
    @Path("/rotate")
    public Uni<Keys> rotate(@NotNull Rotation body) {
        return keys.rotate(body.compromised(), Instant.now().truncatedTo(ChronoUnit.MILLIS))
                .map(ring -> ring.map(Keys::of).orElseThrow(KeyResource::underWay));
    }

    private static ProblemException underWay() {
        return new ProblemException(Problem.of(
                "rotation-under-way",
                "Key not rotated",
                409,
                "Wait until the newest key signs; or rotate with \"compromised\": true, which takes effect at once."));
    }

    /** @param compromised whether all that the present keys signed must be refused from now on */
    record Rotation(boolean compromised) {}

    record Keys(List<Key> keys) {
        static Keys of(KeyRing ring) {
            return new Keys(ring.accepted().stream().map(Key::of).toList());
        }
    }

    record Key(String kid, String state, Instant activeFrom) {
        static Key of(SigningKey key) {
            return new Key(key.kid(), key.state().name().toLowerCase(Locale.ROOT), key.activeFrom());
        }
    }
}
