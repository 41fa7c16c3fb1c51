package io.tallystick.identity.credential.status;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** Only read as a row: places are counted by one statement, versions by the database. */
@Entity
@Table(name = "status_list")
class StatusListEntity {
    @Id
    int number;

    @Column(insertable = false, updatable = false, nullable = false)
    long version;

    @Column(name = "changed_at", insertable = false, updatable = false, nullable = false)
    Instant changedAt;
}
