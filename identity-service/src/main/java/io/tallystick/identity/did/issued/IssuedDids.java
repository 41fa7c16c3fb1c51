package io.tallystick.identity.did.issued;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.actor.Transactions;
import io.tallystick.identity.did.Identities;
import io.tallystick.identity.did.VerificationKey;
import io.tallystick.identity.did.issued.Issuance.Changed;
import io.tallystick.identity.did.issued.Issuance.Issued;
import io.tallystick.identity.did.issued.Issuance.Rejected;
import io.tallystick.identity.did.issued.Issuance.Unchanged;
import io.tallystick.identity.did.issued.IssuedLog.Grown;
import io.tallystick.identity.did.issued.IssuedLog.Growth;
import io.tallystick.identity.did.issued.IssuedLog.Same;
import io.tallystick.identity.did.issued.IssuedLog.Turn;
import io.tallystick.identity.did.webvh.LogAuthor;
import io.tallystick.identity.did.webvh.LogAuthor.UpdateKey;
import io.tallystick.identity.did.webvh.LogVerifier;
import io.tallystick.identity.did.webvh.WebvhDid;
import io.tallystick.identity.key.UpdateKeys;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;

/** All DIDs that were issued, with their logs. One method is one transaction; who changes a DID holds its row. */
@ApplicationScoped
public class IssuedDids {
    /** Who issues for a tenant takes turns, so that two at once are not one too many. */
    private static final String LOCK = "select id from tenant where id = :tenant for no key update";

    private final Mutiny.SessionFactory sessions;
    private final Transactions transactions;
    private final UpdateKeys keys;
    private final DidDomain domain;
    private final Identities identities;
    private final IssuedConfig config;

    IssuedDids(
            Mutiny.SessionFactory sessions,
            Transactions transactions,
            UpdateKeys keys,
            DidDomain domain,
            Identities identities,
            IssuedConfig config) {
        this.sessions = sessions;
        this.transactions = transactions;
        this.keys = keys;
        this.domain = domain;
        this.identities = identities;
        this.config = config;
    }

    /**
     * Issues a DID, whose first update key is forgotten at once: nobody can write another beginning of its log.
     *
     * @param wished the keys of its document
     */
    Uni<Issuance> issue(String tenant, String name, List<VerificationKey> wished, boolean portable, Instant now) {
        if (domain.name().isEmpty()) {
            return Uni.createFrom().item(Rejected.NO_DOMAIN);
        }
        var unborn = WebvhDid.unborn(domain.name().get(), IssuedDid.path(tenant, name));
        var next = keys.make();
        var log = IssuedLog.first(unborn, wished, portable, turn(keys.make(), next, now));
        return transactions.run(session -> session.createNativeQuery(LOCK, String.class)
                .setParameter("tenant", tenant)
                .getSingleResultOrNull()
                .chain(found -> found == null
                        ? Uni.createFrom().item(Rejected.UNKNOWN_TENANT)
                        : row(session, tenant, name, LockModeType.NONE)
                                .chain(row -> row == null
                                        ? added(session, tenant, name, log, next, now)
                                        : stored(session, row, wished, portable, now))));
    }

    private Uni<Issuance> added(
            Mutiny.Session session, String tenant, String name, IssuedLog log, UpdateKeys.Sealed next, Instant now) {
        return session.createQuery("select count(*) from WebvhDidEntity where tenant = :tenant", Long.class)
                .setParameter("tenant", tenant)
                .getSingleResult()
                .chain(count -> count >= config.perTenant()
                        ? Uni.createFrom().item(Rejected.TOO_MANY_DIDS)
                        : session.persist(WebvhDidEntity.of(tenant, name, log.newest(), next, now))
                                .chain(session::flush)
                                .chain(() -> persist(session, log))
                                .replaceWith(new Issued(
                                        new IssuedDid(tenant, name, log.newest().did(), 1, now, IssuedDid.NEVER))));
    }

    private static Uni<Issuance> stored(
            Mutiny.Session session, WebvhDidEntity row, List<VerificationKey> wished, boolean portable, Instant now) {
        return lines(session, row.scid)
                .map(lines ->
                        IssuedLog.read(WebvhDid.parse(row.did), lines, now).says(wished, portable))
                .map(same -> same ? new Unchanged(row.toIssuedDid()) : Rejected.ISSUED_OTHERWISE);
    }

    /** @param wished the keys of its document from now on; empty if they stay */
    Uni<Issuance> rotate(String tenant, String name, Optional<List<VerificationKey>> wished, Instant now) {
        return change(tenant, name, now, _ -> Rejected.DEACTIVATED, (log, turn) -> log.rotate(wished, turn));
    }

    Uni<Issuance> move(String tenant, String name, String newDomain, Instant now) {
        return change(tenant, name, now, _ -> Rejected.DEACTIVATED, (log, turn) -> log.move(newDomain, turn));
    }

    Uni<Issuance> deactivate(String tenant, String name, Instant now) {
        return change(tenant, name, now, Unchanged::new, IssuedLog::deactivate);
    }

    /**
     * Lists exactly these accounts, by their CAIP-10 names, in the document of {@code did}, if this tenant issued it. One
     * that was deactivated or whose log is full stays as it is.
     *
     * @return false if the document has changed too often just now, and nothing was done
     */
    public Uni<Boolean> listAccounts(
            Mutiny.Session session, String tenant, String did, List<String> accounts, Instant now) {
        return held(session, tenant, did)
                .chain(row -> row.isEmpty()
                        ? Uni.createFrom().item(Rejected.UNKNOWN_DID)
                        : change(session, row.get(), now, Unchanged::new, (log, turn) -> log.list(accounts, turn)))
                .map(issuance -> issuance != Rejected.TOO_SOON);
    }

    /** Makes others who change {@code did} wait until the transaction of {@code session} ends, if this tenant issued it. */
    public Uni<Void> takeTurn(Mutiny.Session session, String tenant, String did) {
        return held(session, tenant, did).replaceWithVoid();
    }

    private static Uni<Optional<WebvhDidEntity>> held(Mutiny.Session session, String tenant, String did) {
        if (!did.startsWith(WebvhDid.PREFIX)) {
            return Uni.createFrom().item(Optional.empty());
        }
        return session.createQuery("from WebvhDidEntity where tenant = :tenant and scid = :scid", WebvhDidEntity.class)
                .setParameter("tenant", tenant)
                .setParameter("scid", WebvhDid.parse(did).scid())
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getSingleResultOrNull()
                .map(Optional::ofNullable);
    }

    /** @param ended what is answered if the DID was deactivated before */
    private Uni<Issuance> change(
            String tenant,
            String name,
            Instant now,
            Function<IssuedDid, Issuance> ended,
            BiFunction<IssuedLog, Turn, Growth> step) {
        return transactions.run(session -> row(session, tenant, name, LockModeType.PESSIMISTIC_WRITE)
                .chain(row -> row == null
                        ? Uni.createFrom().item(Rejected.UNKNOWN_DID)
                        : change(session, row, now, ended, step)));
    }

    private Uni<Issuance> change(
            Mutiny.Session session,
            WebvhDidEntity row,
            Instant now,
            Function<IssuedDid, Issuance> ended,
            BiFunction<IssuedLog, Turn, Growth> step) {
        return row.deactivated()
                ? Uni.createFrom().item(ended.apply(row.toIssuedDid()))
                : lines(session, row.scid).chain(lines -> change(session, row, lines, now, step));
    }

    private Uni<Issuance> change(
            Mutiny.Session session,
            WebvhDidEntity row,
            List<String> lines,
            Instant now,
            BiFunction<IssuedLog, Turn, Growth> step) {
        var next = keys.make();
        var log = IssuedLog.read(WebvhDid.parse(row.did), lines, now);
        return switch (step.apply(log, turn(row.nextKey(), next, now))) {
            case Rejected rejected -> Uni.createFrom().item(rejected);
            case Same() -> Uni.createFrom().item(new Unchanged(row.toIssuedDid()));
            case Grown(var grown) -> {
                row.grewTo(grown, next, now);
                // Other accounts are no other keys: what was given to the DID stays good.
                var follows = grown.accounts().equals(log.accounts());
                yield persist(session, grown)
                        .chain(() -> follows
                                ? identities.follow(session, row.tenant, grown.newest(), now)
                                : Uni.createFrom().voidItem())
                        .replaceWith(new Changed(row.toIssuedDid()));
            }
        };
    }

    private Turn turn(UpdateKeys.Sealed key, UpdateKeys.Sealed next, Instant now) {
        var signer = new UpdateKey(key.multikey(), message -> keys.sign(key, message));
        return new Turn(signer, LogAuthor.commitment(next.multikey()), now);
    }

    private static Uni<Void> persist(Mutiny.Session session, IssuedLog log) {
        return session.persist(WebvhEntryEntity.of(log.newest(), log.lines().getLast()));
    }

    private static Uni<WebvhDidEntity> row(Mutiny.Session session, String tenant, String name, LockModeType lock) {
        return session.createQuery("from WebvhDidEntity where tenant = :tenant and name = :name", WebvhDidEntity.class)
                .setParameter("tenant", tenant)
                .setParameter("name", name)
                .setLockMode(lock)
                .getSingleResultOrNull();
    }

    private static Uni<List<String>> lines(Mutiny.Session session, String scid) {
        return session.createQuery(
                        "select line from WebvhEntryEntity where scid = :scid order by version", String.class)
                .setParameter("scid", scid)
                .setMaxResults(LogVerifier.MAX_ENTRIES)
                .getResultList();
    }

    /** The log of the DID that a tenant gave this name. */
    Uni<Optional<StoredLog>> find(String tenant, String name) {
        return sessions.withSession(session -> stored(session, row(session, tenant, name, LockModeType.NONE)));
    }

    Uni<Optional<StoredLog>> find(String scid) {
        return sessions.withSession(session -> stored(session, session.find(WebvhDidEntity.class, scid)));
    }

    /** Which version of a DID is the newest, without its log. */
    record Newest(String scid, String tenant, String versionId) {}

    Uni<Optional<Newest>> newest(String scid) {
        return sessions.withSession(session -> newest(session, "did.scid = :scid", Map.of("scid", scid)));
    }

    Uni<Optional<Newest>> newest(String tenant, String name) {
        return sessions.withSession(session ->
                newest(session, "did.tenant = :tenant and did.name = :name", Map.of("tenant", tenant, "name", name)));
    }

    private static Uni<Optional<Newest>> newest(Mutiny.Session session, String which, Map<String, String> parameters) {
        var query = session.createQuery(
                "select did.scid, did.tenant, entry.versionId from WebvhDidEntity did "
                        + "join WebvhEntryEntity entry on entry.scid = did.scid and entry.version = did.version "
                        + "where " + which,
                Object[].class);
        parameters.forEach(query::setParameter);
        return query.getSingleResultOrNull().map(row -> Optional.ofNullable(row)
                .map(one -> new Newest((String) one[0], (String) one[1], (String) one[2])));
    }

    /** What lies in the database, to be verified by whoever reads it. */
    record StoredLog(WebvhDid did, List<String> lines) {
        StoredLog {
            lines = List.copyOf(lines);
        }

        String text() {
            return String.join("\n", lines) + "\n";
        }
    }

    private static Uni<Optional<StoredLog>> stored(Mutiny.Session session, Uni<WebvhDidEntity> found) {
        return found.chain(row -> row == null
                ? Uni.createFrom().item(Optional.empty())
                : lines(session, row.scid).map(lines -> Optional.of(new StoredLog(WebvhDid.parse(row.did), lines))));
    }

    /** A tenant's DIDs whose name comes after {@code after}, deactivated ones too, in the order of their names. */
    Uni<List<IssuedDid>> page(String tenant, String after, int limit) {
        return sessions.withSession(session -> session.createQuery(
                                "from WebvhDidEntity where tenant = :tenant and name > :after order by name",
                                WebvhDidEntity.class)
                        .setParameter("tenant", tenant)
                        .setParameter("after", after)
                        .setMaxResults(limit)
                        .getResultList())
                .map(rows -> rows.stream().map(WebvhDidEntity::toIssuedDid).toList());
    }
}
