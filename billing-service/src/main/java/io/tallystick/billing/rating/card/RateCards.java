package io.tallystick.billing.rating.card;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.rating.RateCard;
import io.tallystick.billing.rating.RateCardVersion;
import io.tallystick.billing.rating.card.RateCardResource.Document;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import org.hibernate.reactive.mutiny.Mutiny;

/** All rate cards. One method is one transaction; {@link RateCard} decides. */
@ApplicationScoped
public class RateCards {
    private final Database database;
    private final ObjectMapper json;

    RateCards(Database database, ObjectMapper json) {
        this.database = database;
        this.json = json;
    }

    /**
     * Puts a version on a card. Two at once are decided one after the other.
     *
     * @param earliest when the version may begin, unless it is the first
     */
    Uni<RateCard.Addition> add(String tenant, Document document, String by, Instant now, Instant earliest) {
        var version = document.toVersion();
        return database.inTransaction(session -> lock(session, tenant, document.key())
                .chain(() -> card(session, tenant, document.key()))
                .map(card -> card.add(version, earliest))
                .call(addition -> addition instanceof RateCard.Added
                        ? session.persist(row(tenant, document, version, by, now))
                        : Uni.createFrom().voidItem()));
    }

    /** The card with all its versions; without any if nobody ever put one on it. */
    public Uni<RateCard> card(String tenant, String key) {
        return database.inTransaction(session -> card(session, tenant, key));
    }

    /** The card as the transaction of {@code session} sees it. */
    public Uni<RateCard> card(Mutiny.Session session, String tenant, String key) {
        return session.createQuery(
                        "from RateCardEntity where key.tenant = :tenant and key.card = :card", RateCardEntity.class)
                .setParameter("tenant", tenant)
                .setParameter("card", key)
                .getResultList()
                .map(rows -> new RateCard(
                        key, rows.stream().map(row -> read(row).toVersion()).toList()));
    }

    /** A page of the tenant's versions, in the order of card and hour. */
    Uni<List<Document>> page(String tenant, String afterCard, Instant afterHour, int limit) {
        return database.inTransaction(session -> session.createQuery(
                        "from RateCardEntity where key.tenant = :tenant and (key.card > :card"
                                + " or key.card = :card and key.effectiveFrom > :hour)"
                                + " order by key.card, key.effectiveFrom",
                        RateCardEntity.class)
                .setParameter("tenant", tenant)
                .setParameter("card", afterCard)
                .setParameter("hour", afterHour)
                .setMaxResults(limit)
                .getResultList()
                .map(rows -> rows.stream().map(this::read).toList()));
    }

    private static Uni<Void> lock(Mutiny.Session session, String tenant, String key) {
        return session.createNativeQuery("select cast(pg_advisory_xact_lock(hashtextextended(:card, 0)) as text)")
                .setParameter("card", tenant + " " + key)
                .getSingleResult()
                .replaceWithVoid();
    }

    private RateCardEntity row(String tenant, Document document, RateCardVersion version, String by, Instant now) {
        var row = new RateCardEntity();
        row.key = new RateCardEntity.Key(tenant, document.key(), version.effectiveFrom());
        row.asset = version.asset().id();
        row.document = write(document);
        row.createdAt = now;
        row.createdBy = by;
        return row;
    }

    private Document read(RateCardEntity row) {
        try {
            return json.readValue(row.document, Document.class);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("not a rate card: " + row.key, e);
        }
    }

    private String write(Document document) {
        try {
            return json.writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
