package io.tallystick.identity.grant;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A client's grant with all that hangs below it. */
final class GrantTree {
    private final Map<String, KeptGrant> byJti;

    /** @param grants all grants of one tree, in any order */
    GrantTree(List<KeptGrant> grants) {
        byJti = grants.stream().collect(Collectors.toMap(KeptGrant::jti, Function.identity()));
    }

    /**
     * Who asks.
     *
     * @param owner whether it looks after the whole tenant
     */
    record Asking(String did, boolean owner) {
        /** Whether it is shown this grant: its own, and what it passed on. */
        boolean sees(KeptGrant kept) {
            return owner
                    || did.equals(kept.place().client())
                    || did.equals(kept.grant().issuer())
                    || did.equals(kept.grant().agent().did());
        }
    }

    /** Revokes a grant and at once all below it. */
    Revocation revoke(String jti, Asking who, Instant now) {
        var kept = byJti.get(jti);
        if (kept == null) {
            return Revocation.Rejected.UNKNOWN_GRANT;
        }
        if (!who.owner()
                && upwards(kept).stream()
                        .noneMatch(above -> above.grant().issuer().equals(who.did()))) {
            return who.sees(kept) ? Revocation.Rejected.NOT_YOURS : Revocation.Rejected.UNKNOWN_GRANT;
        }
        if (kept.revoked()) {
            return new Revocation.Unchanged(kept);
        }
        return new Revocation.Revoked(downwards(kept).stream()
                .filter(below -> !below.revoked())
                .map(below -> below.revoke(now))
                .toList());
    }

    /** The grant and all that it hangs below. */
    private List<KeptGrant> upwards(KeptGrant kept) {
        var line = new ArrayList<>(List.of(kept));
        while (byJti.containsKey(line.getLast().parent())) {
            line.add(byJti.get(line.getLast().parent()));
        }
        return line;
    }

    /** The grant and all that hangs below it. */
    private List<KeptGrant> downwards(KeptGrant kept) {
        var below = new ArrayList<>(List.of(kept));
        for (int i = 0; i < below.size(); i++) {
            var parent = below.get(i).jti();
            byJti.values().stream().filter(one -> one.parent().equals(parent)).forEach(below::add);
        }
        return below;
    }
}
