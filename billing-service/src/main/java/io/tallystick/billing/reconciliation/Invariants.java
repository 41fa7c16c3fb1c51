package io.tallystick.billing.reconciliation;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.channel.Database;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hibernate.reactive.mutiny.Mutiny;

/** The rules that always hold, asked of the database: each answers with the first row that breaks it, or with none. */
@ApplicationScoped
class Invariants {
    /** Each query answers tenant and key of the rows that break the rule. */
    private static final Map<String, String> RULES = new LinkedHashMap<>();

    static {
        RULES.put("claimed-within-charged", "select tenant, id as key from channel where claimed_pending > charged");
        RULES.put(
                "charged-and-held-within-authorized",
                "select tenant, id as key from channel where charged + held > authorized");
        RULES.put("held-is-what-holds-hold", """
                select c.tenant, c.id as key from channel c
                left join (select channel, sum(maximum) as held from hold
                           where state in ('open', 'settling') group by channel) h on h.channel = c.id
                where c.held <> coalesce(h.held, 0)
                """);
        RULES.put("call-within-its-hold", "select tenant, cast(id as text) as key from hold where charge > maximum");
        RULES.put("account-is-its-charges", """
                select a.tenant, a.subject as key from account a
                left join (select tenant, subject, sum(debited) as debited, sum(credited) as credited
                           from charge group by tenant, subject) c on c.tenant = a.tenant and c.subject = a.subject
                where a.debited <> coalesce(c.debited, 0) or a.credited <> coalesce(c.credited, 0)
                """);
        RULES.put("books-are-their-transfers", """
                select b.tenant, b.channel_id as key from channel_books b
                left join (select debit, sum(units) as charged from transfer
                           where kind = 'POSTED' and debit like 'channel:%' group by debit) d
                    on d.debit = 'channel:' || b.channel_id
                left join (select t.credit, sum(t.units) as claimed from transfer t
                           left join transfer e on e.pending_id = t.id
                           where t.credit like 'channel:%' and coalesce(e.kind, t.kind) in ('POSTED', 'POST')
                           group by t.credit) c on c.credit = 'channel:' || b.channel_id
                where b.charged <> coalesce(d.charged, 0) or b.claimed <> coalesce(c.claimed, 0)
                """);
        RULES.put("allocated-is-charged", """
                select a.tenant, a.subject as key from account a
                left join (select tenant, credit, sum(units) as charged from transfer
                           where credit like 'receivable:%' and debit like 'channel:%' group by tenant, credit) t
                    on t.tenant = a.tenant and t.credit = 'receivable:' || a.subject
                where a.charged <> coalesce(t.charged, 0)
                """);
        RULES.put("charged-transfer-stands", """
                select tenant, cast(id as text) as key from hold
                where channel is null and state = 'captured' and booked = 'voided'
                """);
        RULES.put("given-up-is-not-paid", """
                select h.tenant, cast(h.id as text) as key from hold h
                join chain_transaction t
                    on t.intent_key = h.payment_hash and h.asset like 'eip155:' || t.chain_id || '/%'
                where h.channel is null and h.state in ('voided', 'lapsed')
                    and t.state in ('mined', 'final') and t.succeeded
                """);
    }

    private static final String EVERYONE = "";

    private final Database database;
    private final MultiGauge broken;

    Invariants(Database database, MeterRegistry metrics) {
        this.database = database;
        this.broken = MultiGauge.builder("tallystick.rule.broken")
                .description(
                        "Rules that were broken when they were last checked, each with the first row that breaks it")
                .register(metrics);
    }

    /** @param brokenBy key of the first row that breaks the rule, if there is one */
    record Rule(String name, Optional<String> brokenBy) {}

    /** Every rule at one moment, for the rows of one tenant. */
    Uni<List<Rule>> of(String tenant) {
        return database.inTransaction(session -> session.createNativeQuery(
                        "set transaction isolation level repeatable read, read only")
                .executeUpdate()
                .chain(() -> Multi.createFrom()
                        .iterable(RULES.entrySet())
                        .onItem()
                        .transformToUniAndConcatenate(rule -> check(session, rule.getKey(), rule.getValue(), tenant))
                        .collect()
                        .asList()));
    }

    /** Tells whoever watches the metrics. Not often: it reads whole tables. */
    @Scheduled(every = "${tallystick.ledger.check-every:5m}", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> watch() {
        return of(EVERYONE).invoke(this::show).replaceWithVoid();
    }

    private void show(List<Rule> rules) {
        var rows = rules.stream()
                .filter(rule -> rule.brokenBy().isPresent())
                .map(rule -> MultiGauge.Row.of(
                        Tags.of("rule", rule.name(), "row", rule.brokenBy().get()), 1))
                .toList();
        broken.register(rows, true);
        rules.stream()
                .filter(rule -> rule.brokenBy().isPresent())
                .forEach(rule -> Log.errorf(
                        "a rule is broken, rule=%s, row=%s",
                        rule.name(), rule.brokenBy().get()));
    }

    private static Uni<Rule> check(Mutiny.Session session, String name, String query, String tenant) {
        return session.createNativeQuery(
                        "select key from (" + query + ") broken where :tenant = '' or tenant = :tenant order by key",
                        String.class)
                .setParameter("tenant", tenant)
                .setMaxResults(1)
                .getResultList()
                .map(rows -> new Rule(name, rows.stream().findFirst()));
    }
}
