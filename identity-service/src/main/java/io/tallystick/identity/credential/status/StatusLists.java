package io.tallystick.identity.credential.status;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.hibernate.reactive.mutiny.Mutiny;

/** Which places of the lists are given, and which bits are set. */
@ApplicationScoped
public class StatusLists {
    /** At three quarters full, all of these are taken once in a hundred million times. */
    private static final int TRIED_AT_ONCE = 64;

    private static final int MAX_TRIES = 8;

    /** The list's row is locked until the transaction ends: two who take a place at once take turns. */
    private static final String COUNT =
            "update status_list set taken = taken + 1 where number = :number and taken < :most";

    private static final String OPEN =
            "insert into status_list (number, changed_at) values (:number, :now) on conflict do nothing";

    private static final String FREE = """
            select tried.place
            from unnest(cast(string_to_array(:tried, ',') as integer[])) with ordinality as tried (place, turn)
            where not exists (select 1 from credential where list = :list and place = tried.place)
            order by tried.turn
            limit 1
            """;

    private final Mutiny.SessionFactory sessions;
    private final int perList;
    private final RandomGenerator random = new SecureRandom();

    StatusLists(Mutiny.SessionFactory sessions, StatusListConfig config) {
        this.sessions = sessions;
        this.perList = config.credentials();
    }

    /** How far a list has come, and when a bit last changed. */
    record Version(long changes, Instant changedAt) {}

    /** A place that no credential has or had, and that nobody can guess; it is the caller's if its transaction commits. */
    public Uni<Place> take(Mutiny.Session session, Instant now) {
        return newest(session).chain(number -> takeOf(session, number, now, 0));
    }

    private static Uni<Integer> newest(Mutiny.Session session) {
        return session.createNativeQuery("select coalesce(max(number), 1) from status_list", Integer.class)
                .getSingleResult();
    }

    private Uni<Place> takeOf(Mutiny.Session session, int number, Instant now, int tries) {
        if (tries == MAX_TRIES) {
            return Uni.createFrom().failure(new IllegalStateException("lists fill faster than they are opened"));
        }
        return session.createNativeQuery(COUNT)
                .setParameter("number", number)
                .setParameter("most", perList)
                .executeUpdate()
                .chain(rows -> rows == 1
                        ? placeIn(session, number, 0)
                        : next(session, number, now).chain(next -> takeOf(session, next, now, tries + 1)));
    }

    /** This list, if there was none; else the one after it. */
    private static Uni<Integer> next(Mutiny.Session session, int number, Instant now) {
        return open(session, number, now)
                .chain(rows -> rows == 1
                        ? Uni.createFrom().item(number)
                        : open(session, number + 1, now).replaceWith(number + 1));
    }

    private static Uni<Integer> open(Mutiny.Session session, int number, Instant now) {
        return session.createNativeQuery(OPEN)
                .setParameter("number", number)
                .setParameter("now", now)
                .executeUpdate();
    }

    private Uni<Place> placeIn(Mutiny.Session session, int list, int tries) {
        if (tries == MAX_TRIES) {
            return Uni.createFrom().failure(new IllegalStateException("no free place found in list " + list));
        }
        var tried = random.ints(TRIED_AT_ONCE, 0, StatusList.PLACES)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(","));
        return session.createNativeQuery(FREE, Integer.class)
                .setParameter("tried", tried)
                .setParameter("list", list)
                .getSingleResultOrNull()
                .chain(index -> index == null
                        ? placeIn(session, list, tries + 1)
                        : Uni.createFrom().item(new Place(list, index)));
    }

    /** Empty if there is no such list. */
    Uni<Optional<Version>> version(int number) {
        return sessions.withSession(session -> session.find(StatusListEntity.class, number))
                .map(row -> Optional.ofNullable(row).map(found -> new Version(found.version, found.changedAt)));
    }

    /** The indexes whose bit is set, at least as new as the version that was asked for before. */
    Uni<List<Integer>> set(ListAddress list) {
        var column =
                switch (list.purpose()) {
                    case REVOCATION -> "revoked_at";
                    case SUSPENSION -> "suspended_at";
                };
        return sessions.withSession(session -> session.createNativeQuery(
                        "select place from credential where list = :list and " + column + " is not null", Integer.class)
                .setParameter("list", list.number())
                .getResultList());
    }
}
