package io.tallystick.identity.tenant;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

@Entity
@Table(name = "tenant")
class TenantEntity {
    @Id
    String id;

    @Column(updatable = false, nullable = false)
    String name;

    @Column(name = "created_at", updatable = false, nullable = false)
    Instant createdAt;

    Tenant toTenant() {
        return new Tenant(id, name, createdAt);
    }
}
