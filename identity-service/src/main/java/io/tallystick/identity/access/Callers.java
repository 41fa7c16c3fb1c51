package io.tallystick.identity.access;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.access.TokenRefused.Code;
import io.tallystick.identity.did.DidSignatures;
import io.tallystick.identity.workload.Platforms;
import io.tallystick.identity.workload.WorkloadVerification.Proven;
import io.tallystick.identity.workload.WorkloadVerification.Refused;
import io.tallystick.identity.workload.WorkloadVerification.Silent;
import io.tallystick.identity.workload.Workloads;
import io.tallystick.kit.access.CompactJws;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;

/** Who asks for an access token: who signed with a DID's key, or a program that its platform vouches for. */
@ApplicationScoped
class Callers {
    private final ClientAssertions assertions;
    private final UsedAssertions used;
    private final Platforms platforms;
    private final Workloads workloads;
    private final DidSignatures signatures;

    Callers(
            ClientAssertions assertions,
            UsedAssertions used,
            Platforms platforms,
            Workloads workloads,
            DidSignatures signatures) {
        this.assertions = assertions;
        this.used = used;
        this.platforms = platforms;
        this.workloads = workloads;
        this.signatures = signatures;
    }

    /**
     * A caller that was believed.
     *
     * @param version the version of the DID that has the key; empty for a DID that never changes
     * @param key thumbprint of the DID's key that it proved; empty for a program
     * @param once takes the assertion; fails with {@link TokenRefused} if it was taken before
     */
    record Believed(String did, String version, String key, Uni<Void> once) {}

    /** Fails with {@link TokenRefused}. */
    Uni<Believed> believe(TokenRequest request, Instant now) {
        return platforms.claimed(request.assertion()) ? program(request, now) : holder(request, now);
    }

    private Uni<Believed> holder(TokenRequest request, Instant now) {
        return assertions
                .verify(request.assertion(), now)
                .map(verified -> new Believed(
                        verified.did(),
                        verified.version(),
                        verified.key(),
                        Uni.createFrom()
                                .deferred(() -> used.claim(verified))
                                .invoke(Callers::requireFresh)
                                .replaceWithVoid()));
    }

    private static void requireFresh(boolean fresh) {
        if (!fresh) {
            throw new TokenRefused(Code.INVALID_CLIENT, "The client_assertion was used before; sign a new one.");
        }
    }

    /** What a platform gives to a program is for as often as it likes while it lives; a DPoP proof binds what it gets. */
    private Uni<Believed> program(TokenRequest request, Instant now) {
        if (request.tenant().isEmpty()) {
            throw new TokenRefused(Code.INVALID_REQUEST, "Send tenant: a platform's program acts for one by name.");
        }
        return platforms.verify(request.assertion(), now).chain(result -> switch (result) {
            case Proven proven -> actingAs(request.tenant(), proven);
            case Refused(var detail) ->
                throw new TokenRefused(Code.INVALID_CLIENT, "client_assertion: " + detail + ".");
            case Silent(var platform, var _) ->
                throw new TokenRefused(
                        Code.TEMPORARILY_UNAVAILABLE,
                        "The keys of platform " + platform + " cannot be read; try again.");
        });
    }

    private Uni<Believed> actingAs(String tenant, Proven program) {
        return workloads
                .did(tenant, program.platform(), program.subject())
                .map(found -> found.orElseThrow(() -> new TokenRefused(
                        Code.INVALID_CLIENT,
                        "No identity of this tenant is linked with %s of platform %s; ask the tenant's owner."
                                .formatted(program.subject(), program.platform()))))
                .chain(did -> signatures
                        .version(did)
                        .map(version ->
                                new Believed(did, version, "", Uni.createFrom().voidItem()))
                        .onFailure(CompactJws.Invalid.class)
                        .transform(e -> new TokenRefused(Code.INVALID_CLIENT, e.getMessage())));
    }
}
