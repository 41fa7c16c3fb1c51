package io.tallystick.metering.meter;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

@Entity
@Table(name = "meter")
class MeterEntity {
    @Id
    String id;

    @Column(updatable = false)
    String tenant;

    @Column(updatable = false)
    String slug;

    String name;

    String description;

    @Column(updatable = false)
    String aggregation;

    @Column(name = "event_type", updatable = false)
    String eventType;

    @Column(name = "value_property", updatable = false)
    String valueProperty;

    /** JSON object: path by name of the dimension. */
    @Column(name = "group_by")
    String groupBy;

    @Column(name = "window_size", updatable = false)
    String windowSize;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    @Column(name = "updated_at")
    Instant updatedAt;

    @Column(name = "deleted_at")
    Instant deletedAt;

    /** Whether both would count the same of each event, so that their totals may be one. */
    boolean countsAlike(MeterEntity other) {
        return aggregation.equals(other.aggregation)
                && eventType.equals(other.eventType)
                && valueProperty.equals(other.valueProperty)
                && windowSize.equals(other.windowSize);
    }
}
