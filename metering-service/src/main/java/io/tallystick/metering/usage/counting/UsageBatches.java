package io.tallystick.metering.usage.counting;

import io.tallystick.events.CallMetered;
import io.tallystick.events.Funding;
import io.tallystick.events.UsageHeaders;
import io.tallystick.kit.outbox.Outbox;
import io.tallystick.kit.outbox.OutboxMessage;
import io.tallystick.kit.outbox.TraceParent;
import io.tallystick.metering.meter.CallMeters;
import io.tallystick.metering.meter.MeterCatalogue;
import io.tallystick.metering.meter.Numeral;
import io.tallystick.metering.meter.Quantity;
import io.tallystick.metering.usage.Series;
import io.tallystick.metering.usage.Series.Movement;
import io.tallystick.metering.usage.SeriesKey;
import io.tallystick.metering.usage.counting.Arrival.Amending;
import io.tallystick.metering.usage.counting.Arrival.DeadLetter;
import io.tallystick.metering.usage.counting.Arrival.Reason;
import io.tallystick.metering.usage.counting.Arrival.Voiding;
import io.tallystick.metering.usage.counting.Batch.Candidate;
import io.tallystick.metering.usage.counting.Claims.Place;
import io.tallystick.metering.usage.counting.Positions.Step;
import io.tallystick.metering.usage.counting.Transactions.Statements;
import io.tallystick.metering.usage.event.EventKey;
import io.tallystick.metering.usage.rollup.Observation;
import io.tallystick.metering.usage.rollup.Rollups;
import io.tallystick.metering.usage.rollup.Voided;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The one transaction that counts: it claims the events, writes them down, raises their series, tells billing, and moves
 * the log's position on, or does nothing at all.
 */
@ApplicationScoped
class UsageBatches {
    private static final String SOURCE = "/metering-service";

    private final Transactions transactions;
    private final MeterCatalogue meters;
    private final Claims claims;
    private final Rows rows;
    private final SeriesTotals totals;
    private final Rollups rollups;
    private final Voided voided;
    private final Positions positions;
    private final Followed followed;
    private final Outbox outbox;

    UsageBatches(
            Transactions transactions,
            MeterCatalogue meters,
            Claims claims,
            Rows rows,
            SeriesTotals totals,
            Rollups rollups,
            Voided voided,
            Positions positions,
            Followed followed,
            Outbox outbox) {
        this.transactions = transactions;
        this.meters = meters;
        this.claims = claims;
        this.rows = rows;
        this.totals = totals;
        this.rollups = rollups;
        this.voided = voided;
        this.positions = positions;
        this.followed = followed;
        this.outbox = outbox;
    }

    /** What a committed transaction did. */
    record Outcome(int counted, int late, int duplicates, int voided, List<DeadLetter> letters) {}

    /**
     * Counts the arrivals. Blocks.
     *
     * @throws Positions.FencedException if one of the partitions is not where {@code steps} believe it to be
     */
    Outcome count(String topic, String topicId, List<Arrival> arrivals, Map<Integer, Step> steps) {
        return transactions.run(statements -> {
            var place = claims.enter(statements, tenants(arrivals), voidingTenants(arrivals));
            positions.move(statements, topic, topicId, steps);
            return count(statements, place, followed.sift(statements, arrivals));
        });
    }

    private Outcome count(Statements statements, Place place, Followed.Sifted sifted) {
        var arrivals = sifted.open();
        var known =
                meters.of(statements.connection(), tenants(arrivals)).await().atMost(statements.timeout());
        var amendable = claims.standing(statements, formerRevisions(arrivals));
        var batch = new Batch(arrivals, tenant -> known.getOrDefault(tenant, List.of()), amendable);
        var keys = batch.candidates().stream().map(Candidate::key).collect(Collectors.toSet());
        var claimed = claims.before(statements, place, keys);
        if (!batch.unusable().isEmpty()) {
            claimed.putAll(claims.known(
                    statements,
                    batch.unusable().stream().map(Batch.NotCountable::key).toList()));
        }
        var fresh = batch.against(claimed).fresh();
        claimed.putAll(claims.claim(statements, place, fresh));
        var verdict = batch.against(claimed);
        var voids = voids(statements, batch.voidings(), verdict.fresh());
        var moved = move(statements, place, verdict.fresh(), voids);
        tell(statements, moved, verdict.fresh());

        var letters = new ArrayList<>(batch.letters());
        letters.addAll(verdict.letters());
        letters.addAll(voids.letters());
        letters.addAll(sifted.letters());
        rows.putDeadLetters(statements, place.day(), followed.settle(statements, sifted, verdict.fresh(), letters));
        var voided = voids.ofFresh().size() + voids.ofOlder().size();
        var late = (int) verdict.fresh().stream().filter(Candidate::isLate).count();
        return new Outcome(verdict.fresh().size(), late, verdict.duplicates() + sifted.duplicates(), voided, letters);
    }

    private static Set<EventKey> formerRevisions(List<Arrival> arrivals) {
        return arrivals.stream()
                .filter(Amending.class::isInstance)
                .map(arrival -> ((Amending) arrival).former().key())
                .collect(Collectors.toSet());
    }

    /**
     * What is taken back.
     *
     * @param ofFresh events of this batch, whose void came before them or with them
     * @param ofOlder what events counted before this batch had added, by series or cell
     * @param cells those of {@code ofOlder} that are cells, taken back already
     * @param letters voids of events whose records are no longer kept
     */
    private record Voids(
            Set<EventKey> ofFresh, List<Map<UUID, Quantity>> ofOlder, Set<UUID> cells, List<DeadLetter> letters) {}

    private Voids voids(Statements statements, Map<EventKey, Voiding> voidings, List<Candidate> fresh) {
        var asked = voidings.isEmpty() ? Set.<EventKey>of() : claims.askForVoids(statements, voidings);
        var freshKeys = fresh.stream().map(Candidate::key).collect(Collectors.toSet());
        var ofFresh = freshKeys.isEmpty() ? Set.<EventKey>of() : claims.waitingVoids(statements, freshKeys);
        var others = new HashSet<>(asked);
        others.removeAll(freshKeys);
        var older = others.isEmpty() ? Map.<EventKey, Claims.Claimed>of() : claims.records(statements, others);
        var recalled = older.isEmpty()
                ? Map.<Claims.Claimed, Map<UUID, Quantity>>of()
                : rows.recall(statements, older.values());
        var applied = new HashSet<>(ofFresh);
        var tooLate = new HashSet<EventKey>();
        older.forEach((key, claim) -> (recalled.containsKey(claim) ? applied : tooLate).add(key));
        if (!applied.isEmpty()) {
            claims.voidsApplied(statements, applied);
        }
        if (!tooLate.isEmpty()) {
            claims.dropVoids(statements, tooLate);
        }
        var letters =
                tooLate.stream().map(voidings::get).map(UsageBatches::tooLate).toList();
        var cells = recalled.isEmpty()
                ? Set.<UUID>of()
                : voided.takeBack(
                        statements.connection(),
                        statements.timeout(),
                        recalled.keySet().stream()
                                .map(claim -> new Voided.RecordAt(claim.day(), claim.record()))
                                .toList());
        return new Voids(ofFresh, List.copyOf(recalled.values()), cells, letters);
    }

    private static DeadLetter tooLate(Voiding voiding) {
        return new DeadLetter(
                voiding.at(),
                Reason.UNMATCHED_VOID,
                voiding.tenant(),
                voiding.source(),
                voiding.id(),
                "/id",
                "the event was counted and its record is no longer kept: it cannot be taken back");
    }

    private List<Series> move(Statements statements, Place place, List<Candidate> fresh, Voids voids) {
        var ids = new HashMap<SeriesKey, UUID>();
        var keys = new HashMap<UUID, SeriesKey>();
        var movements = new HashMap<UUID, Movement>();
        var seen = new ArrayList<Observation>();
        for (var candidate : fresh) {
            var taken = voids.ofFresh().contains(candidate.key());
            for (var usage : candidate.usage()) {
                var id = ids.computeIfAbsent(usage.series(), SeriesKey::id);
                if (!taken && Observation.of(usage.meter())) {
                    seen.add(new Observation(
                            id,
                            usage.series(),
                            usage.meter(),
                            usage.quantity(),
                            candidate.event().time(),
                            place.record(candidate)));
                }
                if (!usage.meter().aggregation().billable()) {
                    continue;
                }
                keys.put(id, usage.series());
                movements.merge(
                        id, new Movement(usage.quantity(), taken ? usage.quantity() : Quantity.ZERO), Movement::plus);
            }
        }
        var older = new TreeMap<UUID, Quantity>();
        voids.ofOlder()
                .forEach(record -> record.forEach((id, quantity) -> {
                    if (!voids.cells().contains(id)) {
                        older.merge(id, quantity, Quantity::plus);
                    }
                }));

        var series = new HashMap<SeriesKey, Series>();
        if (!older.isEmpty()) {
            var touched = new HashSet<>(older.keySet());
            touched.addAll(movements.keySet());
            totals.lock(statements, touched);
        }
        if (!movements.isEmpty()) {
            totals.advance(statements, keys, movements).forEach(row -> series.put(row.key(), row));
        }
        if (!older.isEmpty()) {
            totals.voidMore(statements, older).forEach(row -> series.put(row.key(), row));
        }
        rollups.count(statements.connection(), statements.timeout(), place.day(), seen);
        rows.putRecords(statements, place, fresh, ids::get);
        return List.copyOf(series.values());
    }

    private void tell(Statements statements, List<Series> moved, List<Candidate> fresh) {
        var now = Instant.now();
        var messages = new ArrayList<OutboxMessage>();
        moved.forEach(series -> messages.add(OutboxMessage.of(SOURCE, series.toEvent(), now)));
        for (var candidate : fresh) {
            if (candidate.event().funding() == Funding.CALL
                    && !candidate.at().header(UsageHeaders.HOLD).isEmpty()) {
                messages.add(OutboxMessage.of(SOURCE, callMetered(candidate), now)
                        .within(candidate.at().header(TraceParent.HEADER)));
            }
        }
        messages.sort(java.util.Comparator.comparing(OutboxMessage::slot));
        outbox.put(statements.connection(), messages).await().atMost(statements.timeout());
    }

    private static CallMetered callMetered(Candidate call) {
        var event = call.event();
        var data = event.data() instanceof Map<?, ?> object ? object : Map.of();
        var usage = new HashMap<String, BigInteger>();
        for (var bucket : CallMeters.BUCKETS) {
            if (data.get(bucket) instanceof Numeral(var units) && units.matches("[0-9]{1,38}")) {
                usage.put(bucket, new BigInteger(units));
            }
        }
        return new CallMetered(
                event.tenant(),
                call.at().header(UsageHeaders.HOLD),
                event.subject(),
                text(data, "route"),
                text(data, "model"),
                usage,
                text(data, "usage_source"),
                event.id(),
                event.time());
    }

    private static String text(Map<?, ?> data, String name) {
        return data.get(name) instanceof String text ? text : "";
    }

    private static Set<String> tenants(List<Arrival> arrivals) {
        return arrivals.stream()
                .map(arrival -> switch (arrival) {
                    case Arrival.Reported(var _, var event) -> event.tenant();
                    case Amending amending -> amending.event().tenant();
                    case Voiding voiding -> voiding.tenant();
                    case DeadLetter letter -> letter.tenant();
                })
                .collect(Collectors.toSet());
    }

    private static Set<String> voidingTenants(List<Arrival> arrivals) {
        return arrivals.stream()
                .filter(arrival -> arrival instanceof Voiding || arrival instanceof Amending)
                .map(arrival ->
                        arrival instanceof Amending amending ? amending.event().tenant() : ((Voiding) arrival).tenant())
                .collect(Collectors.toSet());
    }
}
