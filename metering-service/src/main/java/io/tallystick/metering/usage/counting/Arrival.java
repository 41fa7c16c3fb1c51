package io.tallystick.metering.usage.counting;

import static java.util.Objects.requireNonNull;

import io.tallystick.metering.usage.event.EventKey;
import io.tallystick.metering.usage.event.UsageEvent;

/** What a record of the usage log turned out to be. */
public sealed interface Arrival {

    LogRecord at();

    /** An event to count. */
    record Reported(LogRecord at, UsageEvent event) implements Arrival {}

    /** An event is to be taken back, whether it came already or is still to come. */
    record Voiding(LogRecord at, String tenant, String source, String id, int revision, String reason)
            implements Arrival {
        /** Of an event as it was first sent. */
        public Voiding(LogRecord at, String tenant, String source, String id, String reason) {
            this(at, tenant, source, id, 0, reason);
        }

        EventKey key() {
            return EventKey.of(tenant, source, id, revision);
        }
    }

    /** An event takes the place of its former revision, which is taken back in the same transaction. */
    record Amending(LogRecord at, UsageEvent event, String reason) implements Arrival {
        Voiding former() {
            return new Voiding(at, event.tenant(), event.source(), event.id(), event.revision() - 1, reason);
        }
    }

    /**
     * Nothing that can be counted.
     *
     * @param tenant, source, id as far as they are known, else empty
     * @param field pointer to the field in the event that is meant; empty if the whole event is
     * @param detail what must hold
     */
    record DeadLetter(LogRecord at, Reason reason, String tenant, String source, String id, String field, String detail)
            implements Arrival {
        public DeadLetter {
            requireNonNull(at, "at");
            requireNonNull(reason, "reason");
        }

        static DeadLetter of(LogRecord at, UsageEvent event, Reason reason, String field, String detail) {
            return new DeadLetter(at, reason, event.tenant(), event.source(), event.id(), field, detail);
        }
    }

    /** Why something is a dead letter. */
    enum Reason {
        /** Not a CloudEvent, or not written by this service. */
        UNREADABLE,
        /** Older than the memory of events. */
        TOO_OLD,
        /** From the future. */
        AHEAD,
        /** A value or dimension that a meter counts cannot be used. */
        UNUSABLE,
        /** The same source and id as an event already counted, with another type, subject or data. */
        CONFLICT,
        /** A void whose event never came, or whose event's record is no longer kept. */
        UNMATCHED_VOID,
        /** An amendment of what was not counted, is no longer kept, or was taken back. */
        UNMATCHED_AMENDMENT,
        /** The database refuses it and nothing above says why: a fault of ours. */
        UNCOUNTABLE;

        /** As it is stored and answered. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
