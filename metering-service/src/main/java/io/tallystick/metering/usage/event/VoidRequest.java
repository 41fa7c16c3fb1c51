package io.tallystick.metering.usage.event;

import static java.util.Objects.requireNonNull;

import io.tallystick.metering.meter.Numeral;
import io.tallystick.metering.meter.Utf8;
import java.util.Map;
import java.util.Optional;

/**
 * Asks to take an event back, named by what makes it one event.
 *
 * @param revision of an amended event, the amendment that is meant; 0 is the event as it was first sent
 * @param reason why, for whoever asks later; may be empty
 */
public record VoidRequest(String source, String id, int revision, String reason) {
    /** CloudEvents {@code type} of an event that carries such a request as its data. */
    public static final String EVENT_TYPE = "io.tallystick.void";

    /** What {@link #of} accepts, for an error's text. */
    public static final String RULE =
            "must name the source and id of one of your own events, and of an amended one its revision; a call through the "
                    + "gateway cannot be voided";

    private static final int REASON_LENGTH = 1024;

    public VoidRequest {
        requireNonNull(source, "source");
        requireNonNull(id, "id");
        requireNonNull(reason, "reason");
    }

    /** Empty if {@link #RULE} is broken. */
    public static Optional<VoidRequest> of(Object data) {
        return data instanceof Map<?, ?> object
                        && object.get("source") instanceof String source
                        && object.get("id") instanceof String id
                        && is(source, EventAttributes.SOURCE_LENGTH)
                        && is(id, EventAttributes.NAME_LENGTH)
                        && !source.startsWith(UsageEvent.GATEWAY_SOURCE)
                        && revision(object) >= 0
                ? Optional.of(new VoidRequest(source, id, revision(object), reason(object)))
                : Optional.empty();
    }

    /** -1 if it is none. */
    private static int revision(Map<?, ?> data) {
        return switch (data.get("revision")) {
            case null -> 0;
            case Numeral(var text) when text.matches("[0-9]{1,4}") -> bounded(Integer.parseInt(text));
            case Integer number -> bounded(number);
            default -> -1;
        };
    }

    private static int bounded(int revision) {
        return revision <= UsageEvent.REVISIONS ? revision : -1;
    }

    private static boolean is(String text, int longest) {
        return !text.isBlank() && text.length() <= longest && Utf8.holds(text);
    }

    private static String reason(Map<?, ?> data) {
        return data.get("reason") instanceof String text && is(text, REASON_LENGTH) ? text : "";
    }
}
