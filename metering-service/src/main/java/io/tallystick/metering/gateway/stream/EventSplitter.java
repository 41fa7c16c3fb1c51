package io.tallystick.metering.gateway.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.metering.gateway.call.Body;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Cuts bytes into server-sent events. An event keeps the bytes it came in, so that all of them together are what was
 * received; lines may end in any of the three ways, also across two parts.
 */
final class EventSplitter {
    private static final Pattern LINE_END = Pattern.compile("\\r\\n|\\r|\\n");
    private static final String FIELD = "data:";

    private final int most;
    private final ByteArrayOutputStream current = new ByteArrayOutputStream();
    private boolean lineIsEmpty = true;
    private boolean afterCarriageReturn;

    /** @param most bytes of one event */
    EventSplitter(int most) {
        this.most = most;
    }

    /**
     * @param raw its bytes, with the empty line that ends it
     * @param data its lines of data; empty where it has none, such as a comment
     */
    record Event(Body raw, Optional<String> data) {}

    /** The events that {@code part} completes. */
    List<Event> feed(byte[] part) {
        var events = new ArrayList<Event>();
        for (byte next : part) {
            current.write(next);
            if (next == '\n' && afterCarriageReturn) {
                afterCarriageReturn = false;
            } else if (next == '\n' || next == '\r') {
                afterCarriageReturn = next == '\r';
                if (lineIsEmpty) {
                    events.add(event());
                }
                lineIsEmpty = true;
            } else {
                afterCarriageReturn = false;
                lineIsEmpty = false;
            }
        }
        return events;
    }

    /** Whether the event that is arriving is larger than allowed. */
    boolean overflows() {
        return current.size() > most;
    }

    /** What arrived after the last whole event: some servers leave the last empty line out. */
    Event rest() {
        return event();
    }

    private Event event() {
        var raw = current.toByteArray();
        current.reset();
        return new Event(new Body(raw), data(new String(raw, UTF_8)));
    }

    private static Optional<String> data(String text) {
        return LINE_END.splitAsStream(text)
                .filter(line -> line.startsWith(FIELD))
                .map(line -> line.substring(FIELD.length()))
                .map(line -> line.startsWith(" ") ? line.substring(1) : line)
                .reduce((one, other) -> one + "\n" + other);
    }
}
