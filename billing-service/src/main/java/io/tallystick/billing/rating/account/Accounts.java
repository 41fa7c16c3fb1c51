package io.tallystick.billing.rating.account;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.rating.Account;
import io.tallystick.billing.rating.Charge;
import io.tallystick.billing.rating.Period;
import io.tallystick.billing.rating.PeriodCharge;
import io.tallystick.billing.rating.Periods;
import io.tallystick.billing.rating.RateCard;
import io.tallystick.billing.rating.card.RateCards;
import io.tallystick.billing.rating.card.RatingConfig;
import io.tallystick.events.MeterAdvanced;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.hibernate.reactive.mutiny.Mutiny;

/** All accounts and their charges. One method is one transaction; {@link Account} decides. */
@ApplicationScoped
class Accounts {
    private final Database database;
    private final RateCards cards;
    private final MeteredSeries series;
    private final AccountEvents events;
    private final AccountFaults faults;
    private final RatingConfig config;

    Accounts(
            Database database,
            RateCards cards,
            MeteredSeries series,
            AccountEvents events,
            AccountFaults faults,
            RatingConfig config) {
        this.database = database;
        this.cards = cards;
        this.series = series;
        this.events = events;
        this.faults = faults;
        this.config = config;
    }

    /** Keeps totals of calls, which were paid when they were made: for the reconciliation, and for nothing else. */
    Uni<Void> keepCalls(List<MeterAdvanced> calls) {
        return database.inTransaction(session -> series.keep(session, calls));
    }

    /** Books what an account's usage costs now. Locks its row, so that two messages at once are booked one by one. */
    Uni<Void> follow(AccountEntity.Key account, List<MeterAdvanced> advanced, Instant now) {
        var hours = advanced.stream().map(MeterAdvanced::hour).toList();
        return database.inTransaction(session -> opened(session, account)
                .call(() -> series.keep(session, advanced))
                .chain(row -> rate(session, row, hours, now)));
    }

    /** Keeps totals that could not be rated, and has the account rated anew by the sweep. */
    Uni<Void> keepUnrated(AccountEntity.Key account, List<MeterAdvanced> advanced, Instant now) {
        return database.inTransaction(session -> opened(session, account)
                .call(() -> series.keep(session, advanced))
                .invoke(row -> {
                    row.versionsRated = 0;
                    faults.found(row, AccountFault.RATING_FAILED, now);
                })
                .replaceWithVoid());
    }

    /**
     * Accounts whose card has a version that their charges do not know. Those that failed since {@code faultsBefore} wait.
     */
    Uni<List<AccountEntity.Key>> behindTheirCard(Instant faultsBefore, int limit) {
        return database.inTransaction(session -> session.createQuery(
                        "select a.key from AccountEntity a where a.versionsRated < (select count(*) from RateCardEntity c"
                                + " where c.key.tenant = a.key.tenant and c.key.card = a.card)"
                                + " and (a.fault is null or a.fault not in :faults or a.faultAt < :before) order by a.faultAt nulls first",
                        AccountEntity.Key.class)
                .setParameter("faults", List.of(AccountFault.COST_TOO_GREAT.code(), AccountFault.RATING_FAILED.code()))
                .setParameter("before", faultsBefore)
                .setMaxResults(limit)
                .getResultList());
    }

    Uni<Optional<AccountEntity>> find(AccountEntity.Key account) {
        return database.inTransaction(
                session -> session.find(AccountEntity.class, account).map(Optional::ofNullable));
    }

    /**
     * Changes how an account is billed. Its card is chosen before its first usage and stays: a price changes by a new
     * version of the card.
     *
     * @return empty if the account was used and has another card
     */
    Uni<Optional<AccountEntity>> settle(AccountEntity.Key account, AccountTerms terms, Instant now) {
        return database.inTransaction(session -> opened(session, account)
                .chain(row -> series.hours(session, account, Instant.EPOCH).map(hours -> {
                    if (!terms.rateCard().equals(row.card) && !hours.isEmpty()) {
                        return Optional.<AccountEntity>empty();
                    }
                    row.card = terms.rateCard();
                    row.limitUnits = terms.limitUnits();
                    row.payer = terms.payer().map(Address::hex).orElse(null);
                    row.version++;
                    return Optional.of(row);
                }))
                .call(row -> row.isEmpty() ? Uni.createFrom().voidItem() : rate(session, row.get(), List.of(), now)));
    }

    /** A page of charges, by the period whose bill they stand on. */
    Uni<List<Charge>> charges(AccountEntity account, Instant from, int limit) {
        var asset = Asset.parse(account.asset);
        return database.inTransaction(session -> session.createQuery(
                        "from ChargeEntity where key.tenant = :tenant and key.subject = :subject"
                                + " and key.bookedFrom >= :from order by key.bookedFrom, key.usedFrom",
                        ChargeEntity.class)
                .setParameter("tenant", account.key.tenant())
                .setParameter("subject", account.key.subject())
                .setParameter("from", from)
                .setMaxResults(limit)
                .getResultList()
                .map(rows -> rows.stream().map(row -> row.toCharge(asset)).toList()));
    }

    /** What a period costs by what is metered now, line by line. */
    Uni<PeriodCharge> cost(AccountEntity account, Instant at) {
        var period = Periods.parse(account.period).at(at);
        return database.inTransaction(session -> cards.card(session, account.key.tenant(), account.card)
                .chain(card -> series.of(session, account.key, period, card)
                        .map(totals -> PeriodCharge.of(card, period, totals))));
    }

    private Uni<AccountEntity> opened(Mutiny.Session session, AccountEntity.Key account) {
        return session.createNativeQuery("""
                        insert into account (tenant, subject, card, period, payer, limit_units, closed_until)
                        values (:tenant, :subject, :card, :period, :payer, :limit, 'epoch')
                        on conflict do nothing
                        """)
                .setParameter("tenant", account.tenant())
                .setParameter("subject", account.subject())
                .setParameter("card", config.card())
                .setParameter("period", config.periods().getOrDefault(account.tenant(), config.period()))
                .setParameter(
                        "payer",
                        AccountTerms.payerOf(account.subject())
                                .map(Address::hex)
                                .orElse(null))
                .setParameter("limit", config.limit())
                .executeUpdate()
                .chain(() -> session.find(AccountEntity.class, account, LockModeType.PESSIMISTIC_WRITE));
    }

    /** Rates the periods of {@code hours}, and those that a version concerns which the charges do not know yet. */
    private Uni<Void> rate(Mutiny.Session session, AccountEntity row, List<Instant> hours, Instant now) {
        return cards.card(session, row.key.tenant(), row.card).chain(card -> {
            if (card.versions().isEmpty()) {
                return Uni.createFrom().voidItem();
            }
            row.asset = card.versions().getFirst().asset().id();
            var periods = Periods.parse(row.period);
            var closed = row.toAccount()
                    .closedUntil(periods.at(now.minus(config.grace())).start());
            row.copyFrom(closed);
            row.recovered(AccountFault.COST_TOO_GREAT);
            row.recovered(AccountFault.RATING_FAILED);
            return hoursNotYetRated(session, row, card)
                    .map(more -> periodsOf(periods, Stream.concat(hours.stream(), more.stream())))
                    .chain(used -> Multi.createFrom()
                            .iterable(used)
                            .onItem()
                            .transformToUniAndConcatenate(period -> book(session, row, card, period, now))
                            .collect()
                            .asList())
                    // A period that could not be booked is tried again with all others.
                    .invoke(() -> row.versionsRated =
                            AccountFault.COST_TOO_GREAT.code().equals(row.fault)
                                    ? 0
                                    : card.versions().size())
                    .chain(charges -> events.announce(
                            session, row, charges.stream().flatMap(List::stream).toList(), now));
        });
    }

    private Uni<List<Instant>> hoursNotYetRated(Mutiny.Session session, AccountEntity row, RateCard card) {
        return row.versionsRated >= card.versions().size()
                ? Uni.createFrom().item(List.of())
                : series.hours(
                        session, row.key, card.versions().get(row.versionsRated).effectiveFrom());
    }

    private static List<Period> periodsOf(Periods periods, Stream<Instant> hours) {
        var distinct = new TreeSet<Period>(Comparator.comparing(Period::start));
        hours.map(periods::at).forEach(distinct::add);
        return List.copyOf(distinct);
    }

    /** @return everything booked for the period's usage, if that moved */
    private Uni<List<Charge>> book(Mutiny.Session session, AccountEntity row, RateCard card, Period used, Instant now) {
        var asset = Asset.parse(row.asset);
        return series.of(session, row.key, used, card)
                .map(totals -> PeriodCharge.of(card, used, totals))
                .chain(cost -> booked(session, row, used).chain(rows -> switch (row.toAccount()
                        .follow(
                                cost,
                                charges(rows, asset),
                                Periods.parse(row.period).at(now))) {
                    case Account.Unchanged.ALREADY_BOOKED -> Uni.createFrom().item(List.of());
                    case Account.Unchanged.MORE_THAN_A_TOKEN_HOLDS -> {
                        faults.found(row, AccountFault.COST_TOO_GREAT, now);
                        yield Uni.createFrom().item(List.of());
                    }
                    case Account.Booked(var account, var charge) -> {
                        row.copyFrom(account);
                        yield save(session, row, rows, charge).map(all -> charges(all, asset));
                    }
                }));
    }

    private static Uni<List<ChargeEntity>> booked(Mutiny.Session session, AccountEntity row, Period used) {
        return session.createQuery(
                        "from ChargeEntity where key.tenant = :tenant and key.subject = :subject"
                                + " and key.usedFrom = :usedFrom order by key.bookedFrom",
                        ChargeEntity.class)
                .setParameter("tenant", row.key.tenant())
                .setParameter("subject", row.key.subject())
                .setParameter("usedFrom", used.start())
                .getResultList();
    }

    private static Uni<List<ChargeEntity>> save(
            Mutiny.Session session, AccountEntity account, List<ChargeEntity> rows, Charge charge) {
        var key = ChargeEntity.key(account.key, charge);
        var there = rows.stream().filter(row -> row.key.equals(key)).findFirst();
        if (there.isPresent()) {
            there.get().copyFrom(charge);
            return Uni.createFrom().item(rows);
        }
        var added = ChargeEntity.of(account.key, charge);
        return session.persist(added)
                .replaceWith(Stream.concat(rows.stream(), Stream.of(added)).toList());
    }

    private static List<Charge> charges(List<ChargeEntity> rows, Asset asset) {
        return rows.stream().map(row -> row.toCharge(asset)).toList();
    }
}
