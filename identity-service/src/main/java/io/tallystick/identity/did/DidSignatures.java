package io.tallystick.identity.did;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.did.DidKeys.Purpose;
import io.tallystick.identity.did.IssuedVersions.Issued;
import io.tallystick.identity.did.Resolution.Resolved;
import io.tallystick.identity.did.webvh.WebvhDid;
import io.tallystick.kit.access.CompactJws;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/**
 * Which keys sign for a DID now. The DID says which they are and which algorithm goes with each; a JWS is only compared.
 * Of DIDs whose keys change, those that this installation issued are known: nobody outside is asked.
 */
@ApplicationScoped
public class DidSignatures {
    private final DidResolver resolver;
    private final IssuedVersions issued;

    public DidSignatures(DidResolver resolver, IssuedVersions issued) {
        this.resolver = resolver;
        this.issued = issued;
    }

    /**
     * The keys of {@code did} for {@code purpose}, without any if it was deactivated.
     *
     * @throws CompactJws.Invalid if it is none that can sign here
     */
    public Uni<DidKeys> keys(String did, Purpose purpose) {
        return did.startsWith(WebvhDid.PREFIX)
                ? newest(did)
                        .map(found -> keys(
                                did,
                                purpose,
                                found.orElseThrow(() -> new CompactJws.Invalid("iss was not issued here"))))
                : Uni.createFrom().item(() -> lasting(did));
    }

    private static DidKeys keys(String did, Purpose purpose, Issued found) {
        var version = found.version();
        var keys = version.deactivated() ? List.<DidKeys.Key>of() : DidKeys.of(version.document(), purpose);
        return new DidKeys(did, version.versionId(), keys);
    }

    /** Whether {@code did} has a key to prove itself by, and if it was issued here, was issued to {@code tenant}. */
    Uni<Boolean> mayBeOf(String tenant, String did) {
        return did.startsWith(WebvhDid.PREFIX)
                ? newest(did).map(found -> found.filter(one -> one.tenant().equals(tenant))
                        .map(Issued::version)
                        .filter(version -> version.did().toString().equals(did) && !version.deactivated())
                        .filter(version -> !DidKeys.of(version.document(), Purpose.AUTHENTICATION)
                                .isEmpty())
                        .isPresent())
                : Uni.createFrom().item(() -> !lasting(did).keys().isEmpty());
    }

    /** The newest version of a did:webvh; empty if it was not issued here, or is none. */
    private Uni<Optional<Issued>> newest(String did) {
        try {
            var parsed = WebvhDid.parse(did);
            return Uni.createFrom().completionStage(() -> issued.newest(parsed));
        } catch (IllegalArgumentException e) {
            return Uni.createFrom().item(Optional.empty());
        }
    }

    /** Such a DID has one key, for ever. */
    private DidKeys lasting(String did) {
        if (!(resolver.resolve(did) instanceof Resolved(var document, var keys)) || keys.isEmpty()) {
            throw new CompactJws.Invalid(
                    "iss must be a did:key or did:jwk with a key that signs, or a did:webvh that was issued here");
        }
        var id = document.verificationMethod().getFirst().id();
        return new DidKeys(did, "", List.of(new DidKeys.Key(id, keys.getFirst())));
    }

    /** The version of {@code did} that is the newest now; empty for a DID that never changes. */
    public Uni<String> version(String did) {
        return did.startsWith(WebvhDid.PREFIX)
                ? newest(did).map(found -> found.map(one -> one.version().versionId())
                        .orElse(""))
                : Uni.createFrom().item("");
    }

    /** Whether {@code did}, which never changes, has the signing key that this RFC 7638 thumbprint names. */
    public boolean hasKey(String did, String thumbprint) {
        return resolver.resolve(did) instanceof Resolved(var _, var keys)
                && keys.stream().anyMatch(key -> key.thumbprint().equals(thumbprint));
    }
}
