package io.tallystick.identity.did.issued;

import io.tallystick.identity.did.webvh.Verification.Version;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;

@Entity
@Table(name = "webvh_entry")
@IdClass(WebvhEntryEntity.Key.class)
class WebvhEntryEntity {

    record Key(String scid, int version) implements Serializable {}

    @Id
    String scid;

    @Id
    int version;

    @Column(name = "version_id", updatable = false, nullable = false)
    String versionId;

    @Column(name = "version_time", updatable = false, nullable = false)
    Instant versionTime;

    @Column(updatable = false, nullable = false)
    String line;

    static WebvhEntryEntity of(Version version, String line) {
        var row = new WebvhEntryEntity();
        row.scid = version.did().scid();
        row.version = version.number();
        row.versionId = version.versionId();
        row.versionTime = version.versionTime();
        row.line = line;
        return row;
    }
}
