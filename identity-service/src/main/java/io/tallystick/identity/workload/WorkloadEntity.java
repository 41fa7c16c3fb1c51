package io.tallystick.identity.workload;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;

@Entity
@Table(name = "workload")
@IdClass(WorkloadEntity.Key.class)
class WorkloadEntity {

    record Key(String tenant, String platform, String subject) implements Serializable {}

    @Id
    String tenant;

    @Id
    String platform;

    @Id
    String subject;

    @Column(updatable = false, nullable = false)
    String did;

    @Column(name = "linked_at", updatable = false, nullable = false)
    Instant linkedAt;

    static WorkloadEntity of(Workload workload) {
        var row = new WorkloadEntity();
        row.tenant = workload.tenant();
        row.platform = workload.platform();
        row.subject = workload.subject();
        row.did = workload.did();
        row.linkedAt = workload.linkedAt();
        return row;
    }

    Workload toWorkload() {
        return new Workload(tenant, platform, subject, did, linkedAt);
    }
}
