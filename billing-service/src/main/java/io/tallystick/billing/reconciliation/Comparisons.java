package io.tallystick.billing.reconciliation;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.ChainReads;
import io.tallystick.billing.chain.ChannelReading;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.reconciliation.Line.Side;
import io.tallystick.billing.signature.ChannelId;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.hibernate.reactive.mutiny.Mutiny;

/** Lays side by side what the meters, the holds, the channels, the ledger, the settlements and the contract say. */
@ApplicationScoped
class Comparisons {
    private static final int CHANNELS_A_READ = 200;

    /** What the gateway's events counted, as metering tells it, and what the holds say that calls ended charged. */
    private static final String CALLS = """
            select coalesce((select sum(added - voided) from metered_series
                       where tenant = :tenant and funding = 'CALL' and meter = 'requests'), 0),
                   (select count(*) from hold where tenant = :tenant and state = 'captured')
            """;

    private static final String ASSETS = """
            select distinct 'eip155:' || chain_id || '/erc20:' || token from channel where tenant = :tenant
            union select distinct asset from account where tenant = :tenant and asset is not null
            union select distinct asset from hold where tenant = :tenant and channel is null and state = 'captured'
            order by 1
            """;

    /** By asset: what channels were charged, by the channels, by the calls and accounts themselves, by the ledger. */
    private static final String CHARGED = """
            select coalesce((select sum(charged - base) from channel
                       where tenant = :tenant and 'eip155:' || chain_id || '/erc20:' || token = :asset), 0),
                   coalesce((select sum(charge) from hold
                       where tenant = :tenant and asset = :asset and channel is not null), 0)
                   + coalesce((select sum(charged) from account where tenant = :tenant and asset = :asset), 0),
                   coalesce((select sum(units) from transfer
                       where tenant = :tenant and asset = :asset and kind = 'POSTED' and debit like 'channel:%'), 0)
            """;

    private static final String RATED = """
            select coalesce((select sum(debited - credited) from account
                       where tenant = :tenant and asset = :asset), 0),
                   coalesce((select sum(c.debited - c.credited) from charge c
                       join account a on a.tenant = c.tenant and a.subject = c.subject
                       where a.tenant = :tenant and a.asset = :asset), 0),
                   coalesce((select sum(case when debit like 'receivable:%' then units else -units end) from transfer
                       where tenant = :tenant and asset = :asset and kind = 'POSTED'
                           and (debit like 'receivable:%' and credit = 'revenue'
                               or debit = 'revenue' and credit like 'receivable:%')), 0)
            """;

    /**
     * By asset: what was claimed for good, by the channels, by the ledger, and by what was sent. A claim carries a running
     * total, so of a channel the greatest counts: whichever transaction brought it, the others added nothing.
     */
    private static final String CLAIMED = """
            select coalesce((select sum(greatest(claimed_final - base, 0)) from channel
                       where tenant = :tenant and 'eip155:' || chain_id || '/erc20:' || token = :asset), 0),
                   coalesce((select sum(case when coalesce(e.kind, t.kind) in ('POSTED', 'POST') then t.units else 0 end)
                       from transfer t left join transfer e on e.pending_id = t.id
                       where t.tenant = :tenant and t.asset = :asset and t.credit like 'channel:%'), 0),
                   coalesce((select sum(greatest(sent.total - c.base, 0)) from channel c join (
                           select channel_id, max(total) as total from (
                               select k.channel_id, k.total from settlement_claim k
                                   join settlement s on s.id = k.settlement_id
                                   where s.tenant = :tenant and s.state = 'final'
                               union all
                               select channel, claimed from refund where state = 'done' and claimed is not null) claims
                           group by channel_id) sent on sent.channel_id = c.id
                       where c.tenant = :tenant and 'eip155:' || c.chain_id || '/erc20:' || c.token = :asset), 0)
            """;

    /** What calls paid by a transfer of their own: by the calls, by the ledger, by what the chain has of them. */
    private static final String EXACT = """
            select coalesce((select sum(charge) from hold
                       where tenant = :tenant and asset = :asset and channel is null and state = 'captured'), 0),
                   coalesce((select sum(case when coalesce(e.kind, t.kind) in ('PENDING', 'POST') then t.units else 0 end)
                       from transfer t left join transfer e on e.pending_id = t.id
                       where t.tenant = :tenant and t.asset = :asset and t.kind = 'PENDING' and t.id like 'exact/%'), 0),
                   coalesce((select sum(h.charge) from hold h join chain_transaction c
                           on c.intent_key = h.payment_hash and h.asset like 'eip155:' || c.chain_id || '/%'
                       where h.tenant = :tenant and h.asset = :asset and h.channel is null and h.state = 'captured'
                           and c.state in ('mined', 'final') and c.succeeded), 0)
            """;

    private static final String CHANNELS = """
            select id, claimed_pending, deposited_pending - withdrawn_pending from channel
            where tenant = :tenant and 'eip155:' || chain_id || '/erc20:' || token = :asset and id > :after
            order by id
            """;

    private final Database database;
    private final ChainReads chain;

    Comparisons(Database database, ChainReads chain) {
        this.database = database;
        this.chain = chain;
    }

    /** Every line of a tenant. The database is read at one moment, the chain after it. */
    Uni<List<Line>> of(String tenant) {
        return database.inTransaction(session -> session.createNativeQuery(
                                "set transaction isolation level repeatable read, read only")
                        .executeUpdate()
                        .chain(() -> stored(session, tenant)))
                .chain(books -> concatenated(books.assets(), asset -> onChain(tenant, asset))
                        .map(read -> Stream.concat(books.lines().stream(), read.stream())
                                .toList()));
    }

    /** What the database alone can compare, and the assets that the chain is to be asked about. */
    private record Stored(List<Line> lines, List<String> assets) {}

    private static Uni<Stored> stored(Mutiny.Session session, String tenant) {
        return session.createNativeQuery(CALLS, Object[].class)
                .setParameter("tenant", tenant)
                .getSingleResult()
                .map(row -> line("calls", "", row, "metering", "holds"))
                .chain(calls -> session.createNativeQuery(ASSETS, String.class)
                        .setParameter("tenant", tenant)
                        .getResultList()
                        .chain(assets -> concatenated(assets, asset -> stored(session, tenant, asset))
                                .map(lines -> new Stored(
                                        Stream.concat(Stream.of(calls), lines.stream())
                                                .toList(),
                                        assets))));
    }

    private static Uni<List<Line>> stored(Mutiny.Session session, String tenant, String asset) {
        return line(session, RATED, tenant, asset, "rated", "accounts", "charges", "ledger")
                .chain(rated -> line(
                                session, CHARGED, tenant, asset, "charged", "channels", "calls and accounts", "ledger")
                        .chain(charged -> line(
                                        session, CLAIMED, tenant, asset, "claimed", "channels", "ledger", "settlements")
                                .chain(claimed -> line(
                                                session,
                                                EXACT,
                                                tenant,
                                                asset,
                                                "paid by exact",
                                                "calls",
                                                "ledger",
                                                "transactions")
                                        .map(exact -> List.of(rated, charged, claimed, exact)))));
    }

    private static Uni<Line> line(
            Mutiny.Session session, String query, String tenant, String asset, String name, String... sources) {
        return session.createNativeQuery(query, Object[].class)
                .setParameter("tenant", tenant)
                .setParameter("asset", asset)
                .getSingleResult()
                .map(row -> line(name, asset, row, sources));
    }

    private static Line line(String name, String asset, Object[] row, String... sources) {
        return new Line(
                name,
                asset,
                IntStream.range(0, sources.length)
                        .mapToObj(i -> new Side(sources[i], integer(row[i])))
                        .toList());
    }

    /** Usage may have decimals; of calls there are whole ones only, so anything else is a fault worth its exception. */
    private static BigInteger integer(Object number) {
        return new BigDecimal(number.toString()).toBigIntegerExact();
    }

    private Uni<List<Line>> onChain(String tenant, String asset) {
        return totals(tenant, asset, "", Totals.ZERO)
                .map(totals -> List.of(
                        new Line(
                                "claimed at the newest block",
                                asset,
                                List.of(
                                        new Side("channels", totals.claimed()),
                                        new Side("contract", totals.claimedOnChain()))),
                        new Line(
                                "balance at the newest block",
                                asset,
                                List.of(
                                        new Side("channels", totals.balance()),
                                        new Side("contract", totals.balanceOnChain())))));
    }

    /** Sums over the channels of an asset, by our rows and by the contract. */
    private record Totals(
            BigInteger claimed, BigInteger balance, BigInteger claimedOnChain, BigInteger balanceOnChain) {
        static final Totals ZERO = new Totals(BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO);

        Totals plus(Object[] row, ChannelReading reading) {
            return new Totals(
                    claimed.add(integer(row[1])),
                    balance.add(integer(row[2])),
                    claimedOnChain.add(reading.totalClaimed()),
                    balanceOnChain.add(reading.balance()));
        }
    }

    private Uni<Totals> totals(String tenant, String asset, String after, Totals sofar) {
        return database.inTransaction(session -> session.createNativeQuery(CHANNELS, Object[].class)
                        .setParameter("tenant", tenant)
                        .setParameter("asset", asset)
                        .setParameter("after", after)
                        .setMaxResults(CHANNELS_A_READ)
                        .getResultList())
                .chain(rows -> rows.isEmpty() ? Uni.createFrom().item(sofar) : more(tenant, asset, rows, sofar));
    }

    private Uni<Totals> more(String tenant, String asset, List<Object[]> rows, Totals sofar) {
        var ids = rows.stream().map(row -> new ChannelId((String) row[0])).toList();
        return chain.channels(ids).chain(readings -> {
            var totals = sofar;
            for (int i = 0; i < rows.size(); i++) {
                totals = totals.plus(rows.get(i), readings.get(i));
            }
            return totals(tenant, asset, ids.getLast().hex(), totals);
        });
    }

    private static Uni<List<Line>> concatenated(List<String> assets, Function<String, Uni<List<Line>>> lines) {
        return Multi.createFrom()
                .iterable(assets)
                .onItem()
                .transformToUniAndConcatenate(lines::apply)
                .collect()
                .asList()
                .map(all -> all.stream().flatMap(List::stream).toList());
    }
}
