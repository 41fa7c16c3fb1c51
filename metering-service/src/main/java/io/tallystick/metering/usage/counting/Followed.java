package io.tallystick.metering.usage.counting;

import io.tallystick.events.UsageHeaders;
import io.tallystick.metering.usage.counting.Arrival.Amending;
import io.tallystick.metering.usage.counting.Arrival.DeadLetter;
import io.tallystick.metering.usage.counting.Arrival.Reason;
import io.tallystick.metering.usage.counting.Arrival.Reported;
import io.tallystick.metering.usage.counting.Arrival.Voiding;
import io.tallystick.metering.usage.counting.Batch.Candidate;
import io.tallystick.metering.usage.counting.Transactions.Statements;
import io.tallystick.metering.usage.event.EventKey;
import io.tallystick.metering.usage.event.UsageEvent;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Events whose sender waits to hear what became of them: those of an import, and dead letters that were sent again. It is
 * written down in the transaction that counts them, so it is right whatever was repeated or lost.
 *
 * <p>An import's events take their ordinary keys like all others, so two copies at once are decided there. Beside that
 * each is remembered for ever: a copy that comes after its key was forgotten is found here.
 */
@ApplicationScoped
class Followed {
    private static final Pattern IMPORT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._~-]{0,63}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    /**
     * A batch without what its imports brought before.
     *
     * @param all as they were read
     * @param open those that are to be counted
     * @param duplicates how many were counted in an earlier run of their import
     * @param letters other events under the id of one that was
     */
    record Sifted(List<Arrival> all, List<Arrival> open, int duplicates, List<DeadLetter> letters) {}

    /** One run of an import. */
    private record Run(String tenant, String id, int number) {
        static final Comparator<Run> ORDER =
                Comparator.comparing(Run::tenant).thenComparing(Run::id).thenComparing(Run::number);
    }

    /** What came of a run in this batch. */
    private static final class Tally {
        private long read;
        private long counted;
        private long dead;
    }

    Sifted sift(Statements statements, List<Arrival> arrivals) {
        var imported = new IdentityHashMap<Arrival, UUID>();
        for (var arrival : arrivals) {
            if (arrival instanceof Reported(var at, var event) && isImported(at)) {
                imported.put(arrival, key(at, event));
            }
        }
        if (imported.isEmpty()) {
            return new Sifted(arrivals, arrivals, 0, List.of());
        }
        var claimed = new HashMap<UUID, Long>();
        statements
                .run("select key, digest from import_claim where key = any($1)", Tuple.of((Object)
                        imported.values().toArray(UUID[]::new)))
                .forEach(row -> claimed.put(row.getUUID("key"), row.getLong("digest")));
        var open = new ArrayList<Arrival>(arrivals.size());
        var letters = new ArrayList<DeadLetter>();
        var duplicates = 0;
        for (var arrival : arrivals) {
            var first = claimed.get(imported.get(arrival));
            if (first == null) {
                open.add(arrival);
            } else if (arrival instanceof Reported(var at, var event) && event.digest() != first) {
                letters.add(DeadLetter.of(
                        at, event, Reason.CONFLICT, "/id", "another event of this source and id was imported"));
            } else {
                duplicates++;
            }
        }
        return new Sifted(arrivals, open, duplicates, letters);
    }

    /**
     * Writes down what became of those that are followed.
     *
     * @param fresh what was counted of the batch
     * @param letters all dead letters of the batch
     * @return the letters that are new: one that was sent again has its own already
     */
    List<DeadLetter> settle(Statements statements, Sifted sifted, List<Candidate> fresh, List<DeadLetter> letters) {
        var followed = sifted.all().stream()
                .filter(arrival -> isImported(arrival.at()) || letter(arrival.at()) > 0)
                .toList();
        if (followed.isEmpty()) {
            return letters;
        }
        var counted = Collections.<LogRecord>newSetFromMap(new IdentityHashMap<>());
        fresh.forEach(candidate -> counted.add(candidate.at()));
        var dead = new IdentityHashMap<LogRecord, DeadLetter>();
        letters.forEach(letter -> dead.put(letter.at(), letter));
        remember(statements, sifted.open(), dead);
        imports(statements, followed, counted, dead);
        replays(statements, followed, counted, dead);
        return letters.stream().filter(letter -> letter(letter.at()) == 0).toList();
    }

    /**
     * Also what was counted by another path: when its key is forgotten, the import must not count it. Of another event
     * under the same id that is remembered that it is another.
     */
    private static void remember(Statements statements, List<Arrival> open, Map<LogRecord, DeadLetter> dead) {
        var claims = new TreeMap<UUID, Long>();
        for (var arrival : open) {
            if (arrival instanceof Reported(var at, var event) && isImported(at)) {
                var letter = dead.get(at);
                if (letter == null) {
                    claims.put(key(at, event), event.digest());
                } else if (letter.reason() == Reason.CONFLICT) {
                    claims.putIfAbsent(key(at, event), ~event.digest());
                }
            }
        }
        if (!claims.isEmpty()) {
            statements.run(
                    "insert into import_claim (key, digest) select * from unnest($1::uuid[], $2::bigint[]) "
                            + "on conflict do nothing",
                    Tuple.tuple()
                            .addArrayOfUUID(claims.keySet().toArray(UUID[]::new))
                            .addArrayOfLong(claims.values().toArray(Long[]::new)));
        }
    }

    private static void imports(
            Statements statements, List<Arrival> followed, Set<LogRecord> counted, Map<LogRecord, DeadLetter> dead) {
        var tallies = new TreeMap<Run, Tally>(Run.ORDER);
        for (var arrival : followed) {
            var at = arrival.at();
            if (isImported(at)) {
                var run = new Run(
                        tenant(arrival), at.header(UsageHeaders.IMPORT), number(at.header(UsageHeaders.IMPORT_RUN)));
                var tally = tallies.computeIfAbsent(run, _ -> new Tally());
                tally.read++;
                if (counted.contains(at)) {
                    tally.counted++;
                } else if (dead.containsKey(at)) {
                    tally.dead++;
                }
            }
        }
        // In one order for all transactions: two that share imports cannot wait for each other.
        tallies.forEach((run, tally) -> statements.run(
                """
                update usage_import set counted = counted + $4,
                    run_counted = run_counted + case when run = $3 then $4 else 0 end,
                    duplicates = duplicates + case when run = $3 then $5 else 0 end,
                    dead_letters = dead_letters + case when run = $3 then $6 else 0 end
                where tenant = $1 and id = $2
                """,
                Tuple.of(run.tenant(), run.id(), run.number(), tally.counted)
                        .addLong(tally.read - tally.counted - tally.dead)
                        .addLong(tally.dead)));
    }

    private static void replays(
            Statements statements, List<Arrival> followed, Set<LogRecord> counted, Map<LogRecord, DeadLetter> dead) {
        var states = new TreeMap<Long, String>();
        var details = new HashMap<Long, String>();
        for (var arrival : followed) {
            var letter = letter(arrival.at());
            if (letter == 0 || "counted".equals(states.get(letter))) {
                continue;
            }
            var again = dead.get(arrival.at());
            if (again != null) {
                states.put(letter, "failed");
                details.put(letter, again.reason().word() + ": " + again.detail());
            } else {
                states.put(
                        letter, counted.contains(arrival.at()) || arrival instanceof Voiding ? "counted" : "duplicate");
                details.put(letter, "");
            }
        }
        if (!states.isEmpty()) {
            var ids = states.keySet().toArray(Long[]::new);
            statements.run(
                    """
                    update dead_letter_state s set state = v.state, detail = v.detail, since = now()
                    from unnest($1::bigint[], $2::text[], $3::text[]) as v (letter, state, detail)
                    where s.letter = v.letter and s.state = 'replaying'
                    """,
                    Tuple.tuple()
                            .addArrayOfLong(ids)
                            .addArrayOfString(states.values().toArray(String[]::new))
                            .addArrayOfString(
                                    states.keySet().stream().map(details::get).toArray(String[]::new)));
        }
    }

    /** What says it is an import's; a header that no import has is not believed, whoever wrote it. */
    static boolean isImported(LogRecord at) {
        var header = at.header(UsageHeaders.IMPORT);
        return !header.isEmpty() && IMPORT.matcher(header).matches();
    }

    /** 0 if it is not one that was sent again. */
    private static long letter(LogRecord at) {
        var header = at.header(UsageHeaders.LETTER);
        return !header.isEmpty() && NUMBER.matcher(header).matches() ? Long.parseLong(header) : 0;
    }

    private static int number(String header) {
        return header.matches("[0-9]{1,9}") ? Integer.parseInt(header) : 0;
    }

    private static UUID key(LogRecord at, UsageEvent event) {
        return EventKey.ofImport(event.tenant(), at.header(UsageHeaders.IMPORT), event.source(), event.id());
    }

    private static String tenant(Arrival arrival) {
        return switch (arrival) {
            case Reported(var _, var event) -> event.tenant();
            case Amending amending -> amending.event().tenant();
            case Voiding voiding -> voiding.tenant();
            case DeadLetter letter -> letter.tenant();
        };
    }
}
