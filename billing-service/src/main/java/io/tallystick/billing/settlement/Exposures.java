package io.tallystick.billing.settlement;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.ChainConfig;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.signature.ChannelId;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * What is charged and not claimed. The database chooses, so that a channel of which nothing can be claimed keeps no place
 * that another one needs. A channel whose payer leaves comes first.
 */
@ApplicationScoped
class Exposures {
    /**
     * Something is to be had, by this signer, and no settlement is under way to have it. One that is in no block yet keeps
     * its channels; one that is, only from claiming the same again: a reorganisation may bring it back.
     */
    private static final String CLAIMABLE = """
            select c.id from (
                select *, deposited_pending - withdrawn_pending as balance,
                    withdraw_requested_at_seconds <> 0
                        or charged > deposited_pending - withdrawn_pending as closing
                from channel where exposed_since is not null
            ) c
            where c.chain_id = :chain and c.voucher_signature is not null
                and (c.receiver = :signer or c.receiver_authorizer = :signer)
                and least(c.charged, c.balance) > c.claimed_pending
                and not exists (
                    select 1 from settlement_claim k join settlement s on s.id = k.settlement_id
                    where k.channel_id = c.id and s.state in ('planned', 'signed', 'sent', 'mined') and not s.failed
                        and (k.open or k.total >= least(c.charged, c.balance)))
            """;

    /** After its delay a leaving payer's voucher is worth nothing, so it does not wait. */
    private static final String DUE = """
                and (c.left_alone_until is null or c.left_alone_until <= :now)
                and (c.closing or c.charged - c.claimed_pending >= :threshold or c.exposed_since <= :oldest)
            """;

    private static final String OF_TENANT = """
                and c.tenant = :tenant
            """;

    private static final String URGENT_FIRST = """
            order by c.closing desc, c.left_alone_until nulls first, c.exposed_since, c.id
            """;

    /** Where a tenant's claims went, and no settlement is on its way that pays out there. */
    private static final String PAYOUTS = """
            select distinct c.receiver, c.token from channel c
            where c.tenant = :tenant and c.chain_id = :chain and c.claimed_pending > 0
                and not exists (select 1 from settlement s
                    where s.tenant = c.tenant and s.chain_id = c.chain_id and s.receiver = c.receiver
                        and s.token = c.token and s.state in ('planned', 'signed', 'sent'))
            """;

    private static final String SUMS = """
            select count(*), coalesce(sum(charged - claimed_pending), 0),
                coalesce(sum(charged - claimed_pending) filter (
                    where chain_id <> :chain or :signer not in (receiver, receiver_authorizer)), 0)
            from channel where exposed_since is not null
            """;

    private final Database database;
    private final SettlementConfig config;
    private final long chain;

    Exposures(Database database, SettlementConfig config, ChainConfig chain) {
        this.database = database;
        this.config = config;
        this.chain = chain.id();
    }

    /** Channels whose voucher is worth a transaction now. */
    Uni<List<ChannelId>> due(Address signer, Instant now) {
        return ids(
                CLAIMABLE + DUE + URGENT_FIRST,
                signer,
                Map.of(
                        "now", now,
                        "threshold", config.thresholdUnits(),
                        "oldest", now.minus(config.maxAge())));
    }

    /** Channels of a tenant that owe anything. */
    Uni<List<ChannelId>> of(String tenant, Address signer) {
        return ids(CLAIMABLE + OF_TENANT + URGENT_FIRST, signer, Map.of("tenant", tenant));
    }

    /** Where something may wait to be paid out. */
    record Payout(Address receiver, Asset asset) {}

    Uni<List<Payout>> payouts(String tenant) {
        return database.inTransaction(session -> session.createNativeQuery(PAYOUTS, Object[].class)
                .setParameter("tenant", tenant)
                .setParameter("chain", chain)
                .setMaxResults(config.channelsAtOnce())
                .getResultList()
                .map(rows -> rows.stream()
                        .map(row -> new Payout(
                                new Address((String) row[0]), new Asset(chain, new Address((String) row[1]))))
                        .toList()));
    }

    /**
     * What is charged and not claimed, by all channels together.
     *
     * @param unclaimable of it, what is on another chain or was to be claimed by another signer: nobody claims it
     */
    record Sums(long channels, BigInteger exposure, BigInteger unclaimable) {}

    Uni<Sums> sums(Address signer) {
        return database.inTransaction(session -> session.createNativeQuery(SUMS, Object[].class)
                .setParameter("chain", chain)
                .setParameter("signer", signer.hex())
                .getSingleResult()
                .map(row -> new Sums(((Number) row[0]).longValue(), integer(row[1]), integer(row[2]))));
    }

    private Uni<List<ChannelId>> ids(String query, Address signer, Map<String, Object> parameters) {
        return database.inTransaction(session -> {
            Mutiny.SelectionQuery<String> asked = session.createNativeQuery(query, String.class)
                    .setParameter("chain", chain)
                    .setParameter("signer", signer.hex());
            parameters.forEach(asked::setParameter);
            return asked.setMaxResults(config.channelsAtOnce())
                    .getResultList()
                    .map(ids -> ids.stream().map(ChannelId::new).toList());
        });
    }

    private static BigInteger integer(Object number) {
        return ((BigDecimal) number).toBigIntegerExact();
    }
}
