package io.tallystick.metering.usage.event;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * A CloudEvent's attributes, and where its data stands in the bytes it was read from.
 *
 * @param time when it happened, if the sender says so
 * @param dataFrom first byte of the value of {@code data} or {@code data_base64}
 * @param dataTo byte after its last; equal to {@code dataFrom} if there is none
 * @param base64 whether it stands under {@code data_base64}
 * @param contentType {@code datacontenttype}; empty if absent, which means JSON
 */
public record EventAttributes(
        String source,
        String id,
        String type,
        String subject,
        Optional<Instant> time,
        int dataFrom,
        int dataTo,
        boolean base64,
        String contentType)
        implements EventRead {
    /** Longest id, type and subject in characters. */
    public static final int NAME_LENGTH = 256;

    /** Longest source in characters. */
    public static final int SOURCE_LENGTH = 1024;

    public EventAttributes {
        requireNonNull(source, "source");
        requireNonNull(id, "id");
        requireNonNull(type, "type");
        requireNonNull(subject, "subject");
        requireNonNull(time, "time");
    }

    /** The same event whose bytes stand {@code by} further on in another array. */
    public EventAttributes movedBy(int by) {
        return dataFrom == dataTo
                ? this
                : new EventAttributes(source, id, type, subject, time, dataFrom + by, dataTo + by, base64, contentType);
    }
}
