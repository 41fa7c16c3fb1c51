package io.tallystick.identity.did.issued;

import io.tallystick.identity.did.webvh.Verification.Version;
import io.tallystick.identity.did.webvh.WebvhDid;
import io.tallystick.identity.key.UpdateKeys;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

@Entity
@Table(name = "webvh_did")
class WebvhDidEntity {
    @Id
    String scid;

    @Column(updatable = false, nullable = false)
    String tenant;

    @Column(updatable = false, nullable = false)
    String name;

    @Column(nullable = false)
    String did;

    int version;

    @Column(name = "created_at", updatable = false, nullable = false)
    Instant createdAt;

    @Column(name = "next_key")
    String nextKey;

    String sealed;

    @Column(name = "deactivated_at")
    Instant deactivatedAt;

    /** @param next the key that the log's first entry commits to */
    static WebvhDidEntity of(String tenant, String name, Version first, UpdateKeys.Sealed next, Instant now) {
        var row = new WebvhDidEntity();
        row.scid = first.did().scid();
        row.tenant = tenant;
        row.name = name;
        row.did = first.did().toString();
        row.version = first.number();
        row.createdAt = now;
        row.nextKey = next.multikey();
        row.sealed = next.secret();
        return row;
    }

    IssuedDid toIssuedDid() {
        return new IssuedDid(
                tenant,
                name,
                WebvhDid.parse(did),
                version,
                createdAt,
                deactivatedAt == null ? IssuedDid.NEVER : deactivatedAt);
    }

    /** The key that signs the next entry. Only a live DID has one. */
    UpdateKeys.Sealed nextKey() {
        return new UpdateKeys.Sealed(nextKey, sealed);
    }

    boolean deactivated() {
        return deactivatedAt != null;
    }

    /** @param next the key that the log's newest entry commits to */
    void grewTo(IssuedLog log, UpdateKeys.Sealed next, Instant now) {
        boolean ended = log.newest().deactivated();
        did = log.newest().did().toString();
        version = log.newest().number();
        nextKey = ended ? null : next.multikey();
        sealed = ended ? null : next.secret();
        deactivatedAt = ended ? now : null;
    }
}
