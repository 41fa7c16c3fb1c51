package io.tallystick.identity.grant;

import static java.util.Objects.requireNonNull;

import io.tallystick.identity.did.Did;
import io.tallystick.identity.grant.Limits.Excess;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A spend grant: its issuer lets an agent spend within limits. It is a text that was signed, so it never changes; what
 * has become of it is kept beside it.
 *
 * @param jti names it with its tenant; made by the issuer
 * @param digest SHA-256 of its text, in base64url
 * @param issuer the DID that signed it: the client, or for a child the parent's agent
 * @param agent who may spend
 */
public record SpendGrant(String jti, String digest, String issuer, Agent agent, Limits limits, Origin origin) {
    /** What a {@link #jti} looks like: nobody guesses one, and it needs no escape in a path. */
    public static final String JTI = "[A-Za-z0-9_-]{16,64}";

    private static final Pattern JTI_PATTERN = Pattern.compile(JTI);
    private static final Pattern SHA256 = Pattern.compile("[A-Za-z0-9_-]{43}");

    /**
     * Who may spend, and by which key.
     *
     * @param key the key's JWK thumbprint (RFC 7638)
     */
    public record Agent(String did, String key) {
        public Agent {
            Did.parse(did);
            require(SHA256.matcher(key).matches(), "cnf.jkt must be a key's thumbprint (RFC 7638, SHA-256)");
        }
    }

    /** Where a grant's authority comes from. */
    public sealed interface Origin {}

    /** From the client itself. */
    public record Root() implements Origin {}

    /**
     * From another grant.
     *
     * @param digest SHA-256 of its text: a child belongs to one text, whatever else has its name
     */
    public record Parent(String jti, String digest) implements Origin {
        public Parent {
            require(JTI_PATTERN.matcher(jti).matches(), "parent.jti must be a grant's jti");
            require(SHA256.matcher(digest).matches(), "parent.digest must be the SHA-256 of the parent in base64url");
        }
    }

    /** Whether a grant may hang below another. */
    public sealed interface Delegation {}

    /** It may: it is bound to that parent, its agent signed it, and it goes no further. */
    public record Narrower() implements Delegation {}

    /** It goes further than its parent. */
    public record Wider(Set<Excess> excess) implements Delegation {
        public Wider {
            excess = Set.copyOf(excess);
        }
    }

    /** Listed by precedence: before what a stranger's grant says matters, it is no child. */
    public enum NoChild implements Delegation {
        /** It names no parent, another, or another text of this one's name. */
        OTHER_PARENT,
        /** The parent was given to another DID, or to another key. */
        NOT_SIGNED_BY_ITS_AGENT
    }

    public SpendGrant {
        requireNonNull(limits, "limits");
        requireNonNull(origin, "origin");
        Did.parse(issuer);
        require(JTI_PATTERN.matcher(jti).matches(), "jti must have 16 to 64 letters, digits, - and _");
        require(SHA256.matcher(digest).matches(), "not a SHA-256 in base64url: " + digest);
    }

    /**
     * Whether this grant may hang below {@code parent}.
     *
     * @param signedBy thumbprint of the key that signed this grant
     */
    public Delegation from(SpendGrant parent, String signedBy) {
        if (!origin.equals(new Parent(parent.jti, parent.digest))) {
            return NoChild.OTHER_PARENT;
        }
        if (!parent.agent.equals(new Agent(issuer, signedBy))) {
            return NoChild.NOT_SIGNED_BY_ITS_AGENT;
        }
        var excess = limits.beyond(parent.limits);
        return excess.isEmpty() ? new Narrower() : new Wider(excess);
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }
}
