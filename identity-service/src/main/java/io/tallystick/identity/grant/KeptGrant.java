package io.tallystick.identity.grant;

import static java.util.Objects.requireNonNull;

import io.tallystick.events.GrantChanged;
import io.tallystick.identity.grant.GrantVerification.Verified;
import io.tallystick.identity.grant.SpendGrant.Parent;
import io.tallystick.identity.grant.SpendGrant.Root;
import java.time.Instant;

/**
 * A spend grant that was submitted to a tenant, and what has become of it. Once revoked it stays so.
 *
 * @param text what the issuer signed
 * @param revokedAt when it was revoked; {@link #NEVER} as long as it was not
 */
public record KeptGrant(
        String tenant, SpendGrant grant, String text, Place place, Instant receivedAt, Instant revokedAt) {
    public static final Instant NEVER = Instant.MAX;

    /**
     * Where in which tree a grant hangs.
     *
     * @param client who signed the root, and whose money is spent
     * @param root the root's jti
     * @param level how far below the root; 0 for the root itself
     */
    public record Place(String client, String root, int level) {
        public Place {
            requireNonNull(client, "client");
            requireNonNull(root, "root");
            if (level < 0 || level > Limits.MAX_DEPTH) {
                throw new IllegalArgumentException("a grant hangs 0 to " + Limits.MAX_DEPTH + " below its root");
            }
        }
    }

    public KeptGrant {
        requireNonNull(tenant, "tenant");
        requireNonNull(text, "text");
        requireNonNull(receivedAt, "receivedAt");
        requireNonNull(revokedAt, "revokedAt");
        if ((place.level == 0) != (grant.origin() instanceof Root)
                || (place.level == 0) != place.root.equals(grant.jti())) {
            throw new IllegalArgumentException("exactly a root hangs below nothing");
        }
        if (place.level == 0 && !place.client.equals(grant.issuer())) {
            throw new IllegalArgumentException("a root is signed by the client");
        }
    }

    static KeptGrant root(String tenant, Verified verified, Instant now) {
        var grant = verified.grant();
        return new KeptGrant(tenant, grant, verified.text(), new Place(grant.issuer(), grant.jti(), 0), now, NEVER);
    }

    /** @param child a grant that {@link #admits} accepted */
    KeptGrant child(Verified child, Instant now) {
        var below = new Place(place.client, place.root, place.level + 1);
        return new KeptGrant(tenant, child.grant(), child.text(), below, now, NEVER);
    }

    public String jti() {
        return grant.jti();
    }

    /** The parent's jti; empty for a root. */
    public String parent() {
        return grant.origin() instanceof Parent(var jti, var _) ? jti : "";
    }

    public boolean revoked() {
        return !revokedAt.equals(NEVER);
    }

    /** Whether it may be spent now: one that hangs below another ends and is revoked with it, so it says so itself. */
    public boolean holds(Instant now) {
        var limits = grant.limits();
        return !revoked()
                && !limits.notBefore().isAfter(now)
                && limits.expiresAt().isAfter(now);
    }

    /** Whether {@code text} of the same name is this very text: the retry of a submission. */
    boolean is(SpendGrant text) {
        return grant.digest().equals(text.digest());
    }

    /** Whether {@code child} may hang below this grant now. */
    Submission.Admission admits(Verified child, Instant now) {
        // What has ended has no say any more on what its child says.
        if (child.grant().from(grant, child.signedBy()) instanceof SpendGrant.NoChild no) {
            return switch (no) {
                case OTHER_PARENT -> Submission.Rejected.UNKNOWN_PARENT;
                case NOT_SIGNED_BY_ITS_AGENT -> Submission.Rejected.NOT_SIGNED_BY_THE_PARENTS_AGENT;
            };
        }
        if (revoked()) {
            return Submission.Rejected.PARENT_REVOKED;
        }
        if (!grant.limits().expiresAt().isAfter(now)) {
            return Submission.Rejected.PARENT_EXPIRED;
        }
        var excess = child.grant().limits().beyond(grant.limits());
        return excess.isEmpty() ? new Submission.Admitted() : new Submission.Wider(excess);
    }

    GrantChanged toEvent(long revision) {
        var limits = grant.limits();
        return new GrantChanged(
                tenant,
                grant.jti(),
                grant.digest(),
                parent(),
                place.client,
                grant.issuer(),
                new GrantChanged.Agent(grant.agent().did(), grant.agent().key()),
                new GrantChanged.Limits(
                        limits.asset(),
                        limits.budgetUnits(),
                        limits.capUnits(),
                        limits.payees().stream().sorted().toList(),
                        limits.models().stream().sorted().toList(),
                        limits.depth(),
                        limits.notBefore(),
                        limits.expiresAt()),
                revoked(),
                revoked() ? revokedAt : receivedAt,
                revision);
    }

    KeptGrant revoke(Instant now) {
        return revoked() ? this : new KeptGrant(tenant, grant, text, place, receivedAt, now);
    }
}
