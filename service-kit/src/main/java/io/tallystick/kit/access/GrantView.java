package io.tallystick.kit.access;

import io.tallystick.events.GrantChanged;
import io.tallystick.kit.access.topic.TopicView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The spend grants that hold, as identity-service told. Part of {@link IdentityView}, which has checked who says it.
 *
 * <p>The topic is kept for longer than any grant lives and its revisions rise, so an event that is not above what was read
 * is an old one put back, and changes nothing. A grant that is not known is none.
 */
public final class GrantView {
    /** More grants than this are not kept, and what is not kept does not hold. */
    static final int MAX_GRANTS = 50_000;

    /** No grant hangs deeper; a longer line is no tree. */
    private static final int MAX_LINE = 6;

    private static final Duration BETWEEN_CLEANINGS = Duration.ofMinutes(1);

    /** What is known of a grant. */
    public sealed interface Found {}

    /**
     * It may be spent now, as far as identity-service knows; what was spent, it does not.
     *
     * @param line the grant first, then each one that the one before hangs below; the client's own last
     */
    public record Holds(List<GrantChanged> line) implements Found {
        public Holds {
            line = List.copyOf(line);
        }
    }

    /** Listed by precedence: when several apply, the first is answered. */
    public enum HoldsNot implements Found {
        /** There is none, or it or one above it was revoked. */
        UNKNOWN,
        /** The client or an agent in its line lost its access to the tenant. */
        IDENTITY_REVOKED,
        EXPIRED,
        NOT_YET
    }

    private record Name(String tenant, String jti) {}

    private final Map<Name, GrantChanged> grants = new HashMap<>();
    private final TopicView topic = new TopicView();
    private Instant cleanAt = Instant.EPOCH;

    /** What became of an event of the topic. */
    IdentityView.Applied apply(GrantChanged event, Instant now) {
        if (!topic.reached(event.revision())) {
            return IdentityView.Applied.OUTDATED;
        }
        var name = new Name(event.tenant(), event.jti());
        if (event.revoked() || !event.limits().expiresAt().isAfter(now)) {
            grants.remove(name);
            return IdentityView.Applied.CHANGED;
        }
        if (!now.isBefore(cleanAt)) {
            grants.values().removeIf(old -> !old.limits().expiresAt().isAfter(now));
            cleanAt = now.plus(BETWEEN_CLEANINGS);
        }
        if (grants.size() >= MAX_GRANTS && !grants.containsKey(name)) {
            return IdentityView.Applied.NOT_KEPT;
        }
        grants.put(name, event);
        return IdentityView.Applied.CHANGED;
    }

    /** A heartbeat said how far the topic goes. */
    void heard(long revision, Instant time, Instant now) {
        topic.heard(revision, time, now);
    }

    /** Whether what is known is recent and whole. */
    boolean fresh(Instant now, Duration maxSilence, Duration maxLag) {
        return topic.fresh(now, maxSilence, maxLag);
    }

    /** @param revoked whether a DID lost its access to the tenant */
    Found find(String tenant, String jti, Predicate<String> revoked, Instant now, Duration skew) {
        var line = line(tenant, jti);
        if (line.isEmpty()) {
            return HoldsNot.UNKNOWN;
        }
        if (line.stream()
                .anyMatch(grant -> revoked.test(grant.client())
                        || revoked.test(grant.agent().did()))) {
            return HoldsNot.IDENTITY_REVOKED;
        }
        // The ones above end no earlier and begin no later.
        var limits = line.getFirst().limits();
        if (!limits.expiresAt().isAfter(now)) {
            return HoldsNot.EXPIRED;
        }
        return limits.notBefore().isAfter(now.plus(skew)) ? HoldsNot.NOT_YET : new Holds(line);
    }

    /** The grant and all that it hangs below; empty if one of them is not known. */
    List<GrantChanged> line(String tenant, String jti) {
        var line = new ArrayList<GrantChanged>();
        for (var next = jti; !next.isEmpty(); next = line.getLast().parent()) {
            var grant = grants.get(new Name(tenant, next));
            if (grant == null || line.size() == MAX_LINE) {
                return List.of();
            }
            line.add(grant);
        }
        return line;
    }

    int size() {
        return grants.size();
    }
}
