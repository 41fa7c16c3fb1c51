package io.tallystick.identity.did.ethr;

import io.tallystick.identity.did.Resolution;
import io.tallystick.identity.did.Resolution.Deactivated;
import io.tallystick.identity.did.Resolution.ResolvedVersion;
import io.tallystick.identity.did.ethr.registry.Change;
import io.tallystick.identity.did.webvh.Json;
import io.tallystick.identity.did.webvh.Json.JsonBoolean;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was read of an account: as it is, or as it was at a time.
 *
 * @param changes those that count, the first one first
 * @param at the time that was asked for; empty for now, whenever that is
 * @param updated when the last of them was; empty if there is none
 * @param next the change that came after them; empty if none did
 */
record Snapshot(
        long chainId, List<Change> changes, Optional<Instant> at, Optional<Moment> updated, Optional<Moment> next) {

    /** A block with a change. */
    record Moment(long block, Instant time) {}

    Snapshot {
        changes = List.copyOf(changes);
    }

    Resolution of(EthrDid did, Instant now) {
        if (!changes.isEmpty() && changes.getLast().deactivates()) {
            return new Deactivated(
                    Optional.of(EthrDocument.ofDeactivated(did)),
                    metadata().with("deactivated", new JsonBoolean(true)));
        }
        var document = EthrDocument.of(did, chainId, changes, at.orElse(now).getEpochSecond());
        return new ResolvedVersion(document, metadata());
    }

    private JsonObject metadata() {
        var said = new HashMap<String, Json>();
        updated.ifPresent(moment -> said.putAll(Map.of("versionId", block(moment), "updated", time(moment))));
        next.ifPresent(moment -> said.putAll(Map.of("nextVersionId", block(moment), "nextUpdate", time(moment))));
        return JsonObject.of(said);
    }

    private static Json block(Moment moment) {
        return new JsonText(Long.toString(moment.block));
    }

    private static Json time(Moment moment) {
        return new JsonText(moment.time.toString());
    }
}
