package io.tallystick.metering.usage;

import static java.util.Objects.requireNonNull;

import io.tallystick.events.Funding;
import io.tallystick.events.UsageHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One event on its way into the usage log, with what the authenticated path says of it.
 *
 * <p>The array is not copied, here or by {@link #event()}: whoever makes an entry gives it away.
 */
public final class UsageEntry {
    private static final int RECORD_BYTES = 200;

    private final String tenant;
    private final String subject;
    private final Map<String, String> headers;
    private final byte[] event;

    private UsageEntry(String tenant, String subject, Funding funding, String by, byte[] event) {
        this.tenant = requireNonNull(tenant, "tenant");
        this.subject = requireNonNull(subject, "subject");
        this.event = requireNonNull(event, "event");
        headers = new LinkedHashMap<>();
        headers.put(UsageHeaders.TENANT, tenant);
        headers.put(UsageHeaders.FUNDING, funding == Funding.CALL ? "call" : "account");
        headers.put(UsageHeaders.BY, requireNonNull(by, "by"));
    }

    /**
     * An event that a sender reported: rated against the subject's account.
     *
     * @param by DID of the authenticated sender
     * @param event a CloudEvent in structured JSON mode, UTF-8
     */
    public static UsageEntry ofAccount(String tenant, String subject, String by, byte[] event) {
        return new UsageEntry(tenant, subject, Funding.ACCOUNT, by, event);
    }

    /**
     * A call's event, written by the gateway: paid by its hold, never rated.
     *
     * @param subject the payer
     * @param by the gateway's own DID
     * @param event a CloudEvent in structured JSON mode, UTF-8
     */
    public static UsageEntry ofCall(String tenant, String subject, String holdId, String by, byte[] event) {
        var entry = new UsageEntry(tenant, subject, Funding.CALL, by, event);
        entry.headers.put(UsageHeaders.HOLD, requireNonNull(holdId, "holdId"));
        return entry;
    }

    /** As {@link #ofAccount}, of an import: the event may be older than others, and is remembered for ever. */
    public static UsageEntry ofImport(
            String tenant, String subject, String by, String importId, int run, byte[] event) {
        return ofAccount(tenant, subject, by, event)
                .with(UsageHeaders.IMPORT, importId)
                .with(UsageHeaders.IMPORT_RUN, Integer.toString(run));
    }

    /**
     * As {@link #ofAccount}: the event takes the place of its former revision.
     *
     * @param revision at least 1
     * @param time of the event as it was first sent, whatever this one's bytes say
     */
    public static UsageEntry ofAmendment(
            String tenant, String subject, String by, int revision, Instant time, String reason, byte[] event) {
        return ofAccount(tenant, subject, by, event)
                .with(UsageHeaders.REVISION, Integer.toString(revision))
                .with(UsageHeaders.ARRIVED, Long.toString(time.toEpochMilli()))
                .with(UsageHeaders.REASON, reason);
    }

    /** This entry is a dead letter sent again, which first arrived at {@code arrived}. Changes the entry. */
    public UsageEntry again(long letter, Instant arrived) {
        return with(UsageHeaders.LETTER, Long.toString(letter))
                .with(UsageHeaders.ARRIVED, Long.toString(arrived.toEpochMilli()));
    }

    private UsageEntry with(String header, String value) {
        headers.put(header, requireNonNull(value, header));
        return this;
    }

    /** Kafka key: the events of one subject are in one partition, in order. */
    byte[] key() {
        return (tenant + "/" + subject).getBytes(StandardCharsets.UTF_8);
    }

    /** What it takes on its way: event, key and headers, and what a client keeps beside for each record. */
    long bytes() {
        var bytes = (long) RECORD_BYTES + event.length + tenant.length() + subject.length();
        for (var header : headers.entrySet()) {
            bytes += header.getKey().length() + header.getValue().length();
        }
        return bytes;
    }

    /** Whether the other has the same headers, as the entries of one request have. */
    boolean comesAs(UsageEntry other) {
        return headers.equals(other.headers);
    }

    Map<String, String> headers() {
        return headers;
    }

    byte[] event() {
        return event;
    }
}
