package io.tallystick.identity.did;

import static java.util.Objects.requireNonNull;

import io.tallystick.events.DidChanged;
import io.tallystick.identity.did.webvh.WebvhDid;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a DID is to a tenant. Once revoked it stays so: who comes back comes with a new key, hence a new DID.
 *
 * @param name for people; may be empty
 * @param revokedAt when its access was withdrawn; {@link #NEVER} as long as it was not
 */
public record Identity(
        String tenant, String did, Kind kind, Set<Role> roles, String name, Instant registeredAt, Instant revokedAt) {
    public static final Instant NEVER = Instant.MAX;
    public static final int MAX_NAME_LENGTH = 200;

    /** What stands behind a DID. */
    public enum Kind {
        /** Sells AI workloads: the tenant itself. */
        PROVIDER,
        /** Buys them. */
        CLIENT,
        /** A program that buys them for someone. */
        AGENT,
        /** One of the programs of this installation. */
        SERVICE;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What a DID may do for a tenant. */
    public enum Role {
        /** Everything that is the tenant's. */
        OWNER,
        /** Reports usage. */
        INGEST,
        /** Reads its own usage and bills. */
        CLIENT,
        /** Authorizes and captures payments of calls, and reports their usage. */
        GATEWAY,
        /** Reads everything that is the tenant's, and writes nothing. */
        AUDITOR,
        /** Keeps the tenant running: settlements and API keys. Sets no prices, and gives nobody more than it has. */
        OPERATOR;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Identity {
        requireNonNull(tenant, "tenant");
        requireNonNull(kind, "kind");
        roles = Set.copyOf(roles);
        Did.parse(did);
        if (roles.isEmpty() || name.length() > MAX_NAME_LENGTH) {
            throw new IllegalArgumentException("an identity needs a role, and a name of at most 200 characters");
        }
        if (roles.contains(Role.OWNER) && kind != Kind.PROVIDER) {
            throw new IllegalArgumentException("only a provider can be owner");
        }
        if (roles.contains(Role.GATEWAY) && kind != Kind.SERVICE) {
            throw new IllegalArgumentException("only a service can be gateway");
        }
        if (roles.contains(Role.AUDITOR) && roles.size() > 1) {
            throw new IllegalArgumentException("an auditor has no other role");
        }
        if (roles.contains(Role.OPERATOR) && roles.contains(Role.CLIENT)) {
            throw new IllegalArgumentException("an operator reads what is its tenant's, a client what is its own");
        }
        if (revokedAt.isBefore(registeredAt)) {
            throw new IllegalArgumentException("revoked before it was registered");
        }
    }

    public boolean revoked() {
        return !revokedAt.equals(NEVER);
    }

    /** Whether {@code other} says the same of the same DID, so that registering it again changes nothing. */
    boolean says(Identity other) {
        return tenant.equals(other.tenant)
                && did.equals(other.did)
                && kind == other.kind
                && roles.equals(other.roles)
                && name.equals(other.name);
    }

    /** This identity without access; empty if it had none already. */
    Optional<Identity> revoke(Instant now) {
        return revoked()
                ? Optional.empty()
                : Optional.of(new Identity(tenant, did, kind, roles, name, registeredAt, now));
    }

    /** The roles' words in their alphabet. */
    public List<String> roleWords() {
        return roles.stream().map(Role::word).sorted().toList();
    }

    /** What a did:webvh is for ever, whatever it is called; empty for another DID. */
    String scid() {
        return did.startsWith(WebvhDid.PREFIX) ? WebvhDid.parse(did).scid() : "";
    }

    DidChanged toEvent(long revision) {
        return toEvent("", revoked() ? revokedAt : registeredAt, revision);
    }

    /** @param version the DID's version, of which it says that it came at {@code since} */
    DidChanged toEvent(String version, Instant since, long revision) {
        var words = revoked() ? List.<String>of() : roleWords();
        return new DidChanged(did, tenant, kind.word(), words, revoked(), since, revision, version);
    }
}
