package io.tallystick.billing.rating.card;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.Immutable;

/** A version of a rate card. */
@Entity
@Immutable
@Table(name = "rate_card_version")
class RateCardEntity {
    @EmbeddedId
    Key key;

    @Column(nullable = false)
    String asset;

    @Column(nullable = false)
    String document;

    @Column(name = "created_at", nullable = false)
    Instant createdAt;

    @Column(name = "created_by", nullable = false)
    String createdBy;

    @Embeddable
    record Key(
            String tenant,
            String card,
            @Column(name = "effective_from") Instant effectiveFrom) {}
}
