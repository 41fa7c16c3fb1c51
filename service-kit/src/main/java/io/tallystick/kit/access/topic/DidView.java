package io.tallystick.kit.access.topic;

import io.tallystick.events.DidChanged;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Which DIDs lost their access, and which have a new version. A revocation is final, and so is a version; both matter only
 * as long as an access token from before may live. Of versions the highest counts, in whatever order they come.
 */
public final class DidView {
    private static final int MAX_REVOKED = 100_000;
    private static final int MAX_VERSIONS = 100_000;

    private record Identity(String tenant, String did) {}

    private record ToldVersion(int number, String versionId, Instant forgetAt) {}

    private final Duration remembered;
    private final Map<Identity, Instant> forgetRevokedAt = new HashMap<>();
    private final Map<Identity, ToldVersion> versions = new HashMap<>();

    /** @param remembered how long after a change an access token from before may be believed */
    public DidView(Duration remembered) {
        this.remembered = remembered;
    }

    public void apply(DidChanged event, Instant now) {
        var identity = new Identity(event.tenant(), event.did());
        var forgetAt = event.since().plus(remembered);

        forgetRevokedAt.values().removeIf(now::isAfter);
        if (event.revoked() && forgetAt.isAfter(now)) {
            forgetRevokedAt.put(identity, forgetAt);
        }
        versions.values().removeIf(told -> now.isAfter(told.forgetAt));
        if (!event.version().isEmpty() && forgetAt.isAfter(now)) {
            var told = new ToldVersion(number(event.version()), event.version(), forgetAt);
            versions.merge(identity, told, (known, later) -> later.number > known.number ? later : known);
        }
    }

    /** Whether the access of {@code did} to {@code tenant} was withdrawn. */
    public boolean revoked(String tenant, String did) {
        return forgetRevokedAt.containsKey(new Identity(tenant, did));
    }

    /**
     * Whether {@code did} has a newer version than {@code versionId}, or another one of the same number. A version that is
     * newer than what was told is believed: its event is on its way.
     *
     * @throws NumberFormatException if it is no versionId
     */
    public boolean outdated(String tenant, String did, String versionId) {
        var told = versions.get(new Identity(tenant, did));
        return told != null && number(versionId) <= told.number && !versionId.equals(told.versionId);
    }

    /** Whether it is little enough to have been kept whole. */
    public boolean isWhole() {
        return forgetRevokedAt.size() < MAX_REVOKED && versions.size() < MAX_VERSIONS;
    }

    private static int number(String versionId) {
        return Integer.parseInt(versionId, 0, Math.max(0, versionId.indexOf('-')), 10);
    }
}
