package io.tallystick.identity.grant;

import io.tallystick.identity.grant.Limits.Excess;
import java.util.Set;

/** What became of a grant that was submitted. */
sealed interface Submission {

    /** What a parent says to a child. */
    sealed interface Admission {}

    record Admitted() implements Admission {}

    record Accepted(KeptGrant grant) implements Submission {}

    /** The same text was there: the answer to a retry, whatever has become of it since. */
    record Unchanged(KeptGrant grant) implements Submission {}

    /** It goes further than its parent in this. */
    record Wider(Set<Excess> excess) implements Submission, Admission {
        public Wider {
            excess = Set.copyOf(excess);
        }
    }

    /** Listed by precedence: when several apply, the first is answered. */
    enum Rejected implements Submission, Admission {
        /** No grant of the tenant has the parent's name and text. */
        UNKNOWN_PARENT,
        /** Another text has its name. */
        JTI_TAKEN,
        /** Submitted by someone who is neither the tenant's owner, nor the client, nor the issuer. */
        NOT_YOURS,
        /** Who signed the root is no client of the tenant, or no longer. */
        NO_CLIENT,
        /** The agent's access to the tenant was withdrawn. */
        AGENT_REVOKED,
        NOT_SIGNED_BY_THE_PARENTS_AGENT,
        PARENT_REVOKED,
        PARENT_EXPIRED,
        /** The client has as many as it may. */
        TOO_MANY_GRANTS,
        /** The tree has as many as it may. */
        TREE_FULL
    }
}
