package io.tallystick.identity.grant;

import java.util.List;

/** What became of a wish to revoke a grant. */
sealed interface Revocation {

    /** @param changed the grant, and what hung below it and was not revoked before; the grant first */
    record Revoked(List<KeptGrant> changed) implements Revocation {
        public Revoked {
            changed = List.copyOf(changed);
        }
    }

    /** It was revoked before: the answer to a retry. */
    record Unchanged(KeptGrant grant) implements Revocation {}

    /** Listed by precedence: when several apply, the first is answered. */
    enum Rejected implements Revocation {
        UNKNOWN_GRANT,
        /** Asked for by someone who is neither the tenant's owner, nor the issuer of it or of what it hangs below. */
        NOT_YOURS
    }
}
