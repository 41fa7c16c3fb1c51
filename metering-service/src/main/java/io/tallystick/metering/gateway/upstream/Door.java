package io.tallystick.metering.gateway.upstream;

import static java.util.Objects.requireNonNull;

import io.tallystick.metering.gateway.call.CallSlots;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/** What stands before an upstream: its bound of calls at once, and its breaker if it has one. */
public final class Door {
    private final Upstream upstream;
    private final Optional<Breaker> breaker;
    private final CallSlots slots;

    private Door(Upstream upstream, Optional<Breaker> breaker) {
        this.upstream = requireNonNull(upstream, "upstream");
        this.breaker = breaker;
        slots = new CallSlots(upstream.mostCalls());
    }

    static Door of(Upstream upstream, Breaker.Limits limits) {
        return new Door(upstream, Optional.of(new Breaker(limits)));
    }

    /** One that is asked whatever became of the calls before, because there is no other. */
    static Door withoutBreaker(Upstream upstream) {
        return new Door(upstream, Optional.empty());
    }

    public Upstream upstream() {
        return upstream;
    }

    /** How a try ended. */
    enum Ending {
        ANSWERED,
        /** An error that may be the request's own: any status but those below. */
        REFUSED,
        /** 429, 503 or 529: the upstream does not serve now. */
        BUSY,
        /** 502 or 504: what stands before the upstream did not reach it. */
        NO_ANSWER,
        /** Not connected: nothing was sent. */
        UNREACHABLE,
        TIMED_OUT,
        /** The call ran out of time before the upstream's own was over. */
        CUT_SHORT,
        /** The connection ended before the answer did. */
        BROKEN,
        TOO_LARGE;

        /**
         * What a whole answer says of its upstream. 500 is no failure here: a request that makes a model server stumble
         * would else, sent some times, take it from everybody.
         */
        static Ending ofStatus(int status) {
            return switch (status) {
                case 429, 503, 529 -> BUSY;
                case 502, 504 -> NO_ANSWER;
                default -> status >= 400 ? REFUSED : ANSWERED;
            };
        }
    }

    /** Lets a call in, until {@link Pass#ended}. */
    Optional<Pass> enter(Instant now) {
        if (!slots.take()) {
            return Optional.empty();
        }
        var permission = breaker.map(own -> own.admit(now)).orElse(OptionalLong.of(0));
        if (permission.isEmpty()) {
            slots.release();
            return Optional.empty();
        }
        return Optional.of(new Pass(permission));
    }

    /** For a request that is no call: it takes no place and says nothing about the upstream. */
    Pass aside() {
        return new Pass(OptionalLong.empty());
    }

    /** Whether a call would be let in now. */
    boolean isOpen(Instant now) {
        return slots.taken() < upstream.mostCalls() && closedFor(now).isZero();
    }

    /** For how long the breaker keeps calls out. */
    public Duration closedFor(Instant now) {
        return breaker.map(own -> own.closedFor(now)).orElse(Duration.ZERO);
    }

    /** The breaker's state: 0 closed, 1 half open, 2 open. */
    int breakerState(Instant now) {
        return switch (breaker.map(own -> own.state(now)).orElse(Breaker.State.CLOSED)) {
            case CLOSED -> 0;
            case HALF_OPEN -> 1;
            case OPEN -> 2;
        };
    }

    int calls() {
        return slots.taken();
    }

    /** One call that was let in. Whoever has it ends it, once; what comes after is not heard. */
    final class Pass {
        private final OptionalLong permission;
        private final AtomicBoolean over = new AtomicBoolean();

        private Pass(OptionalLong permission) {
            this.permission = permission;
        }

        boolean isCall() {
            return permission.isPresent();
        }

        /** @param retryAfter how long the upstream asked to be left alone */
        void ended(Ending ending, Optional<Duration> retryAfter, Instant now) {
            if (isCall() && over.compareAndSet(false, true)) {
                breaker.ifPresent(own -> tell(own, permission.getAsLong(), ending, retryAfter, now));
                slots.release();
            }
        }

        private static void tell(
                Breaker own, long permission, Ending ending, Optional<Duration> retryAfter, Instant now) {
            switch (ending) {
                case ANSWERED, REFUSED, TOO_LARGE -> own.succeeded(permission);
                case BUSY ->
                    retryAfter.ifPresentOrElse(
                            wait -> own.paused(permission, wait, now), () -> own.failed(permission, now));
                case NO_ANSWER, UNREACHABLE, TIMED_OUT, BROKEN -> own.failed(permission, now);
                case CUT_SHORT -> own.unknown(permission, now);
            }
        }
    }
}
