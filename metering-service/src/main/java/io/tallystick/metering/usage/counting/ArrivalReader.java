package io.tallystick.metering.usage.counting;

import io.tallystick.events.Funding;
import io.tallystick.events.UsageHeaders;
import io.tallystick.metering.meter.Utf8;
import io.tallystick.metering.usage.UsageConfig;
import io.tallystick.metering.usage.counting.Arrival.Amending;
import io.tallystick.metering.usage.counting.Arrival.DeadLetter;
import io.tallystick.metering.usage.counting.Arrival.Reason;
import io.tallystick.metering.usage.counting.Arrival.Reported;
import io.tallystick.metering.usage.counting.Arrival.Voiding;
import io.tallystick.metering.usage.event.ArrivalWindow;
import io.tallystick.metering.usage.event.EventAttributes;
import io.tallystick.metering.usage.event.EventRead.NotAnEvent;
import io.tallystick.metering.usage.event.EventReader;
import io.tallystick.metering.usage.event.UsageEvent;
import io.tallystick.metering.usage.event.VoidRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Instant;
import java.util.regex.Pattern;

/** Turns records of the log into arrivals. Whatever the bytes are, the answer is an arrival: a partition never stops. */
@ApplicationScoped
class ArrivalReader {
    private static final Pattern MILLISECONDS = Pattern.compile("[0-9]{1,14}");
    private static final Pattern REVISION = Pattern.compile("[1-9][0-9]{0,3}");

    private final EventReader reader;
    private final ArrivalWindow window;
    private final int longest;

    ArrivalReader(EventReader reader, UsageConfig config) {
        this.reader = reader;
        window = config.window();
        longest = config.recordBytes();
    }

    Arrival read(LogRecord at) {
        var tenant = at.header(UsageHeaders.TENANT);
        var funding = at.header(UsageHeaders.FUNDING);
        if (tenant.isEmpty() || !Utf8.holds(tenant) || !(funding.equals("account") || funding.equals("call"))) {
            return unreadable(
                    at, "", "", "has no tenant or funding in its headers: it was not written by this service");
        }
        if (at.value().length > longest) {
            return unreadable(at, "", "", "must have at most " + longest + " bytes");
        }
        try {
            return switch (reader.read(at.value())) {
                case NotAnEvent(var source, var id, var flaws) ->
                    new DeadLetter(
                            at,
                            Reason.UNREADABLE,
                            tenant,
                            source,
                            id,
                            "/" + flaws.getFirst().field(),
                            flaws.getFirst().rule());
                case EventAttributes attributes ->
                    arrival(at, tenant, funding.equals("call") ? Funding.CALL : Funding.ACCOUNT, attributes);
            };
        } catch (IOException | IllegalArgumentException e) {
            return unreadable(at, "", "", "must be one CloudEvent in JSON");
        }
    }

    private Arrival arrival(LogRecord at, String tenant, Funding funding, EventAttributes read) {
        var revision = revision(at);
        // What takes another's place counts in its hour, whatever the sender wrote.
        var time = revision > 0 ? arrived(at) : read.time().orElseGet(() -> arrived(at));
        Object data;
        try {
            data = reader.data(at.value(), read);
        } catch (IOException e) {
            var detail = "must be what datacontenttype says, with each name of an object once";
            return new DeadLetter(at, Reason.UNREADABLE, tenant, read.source(), read.id(), "/data", detail);
        }
        var event = new UsageEvent(tenant, funding, read.source(), read.id(), read.type(), read.subject(), time, data);
        if (funding == Funding.ACCOUNT && event.source().startsWith(UsageEvent.GATEWAY_SOURCE)) {
            return DeadLetter.of(at, event, Reason.UNREADABLE, "/source", "must not be the gateway's");
        }
        if (event.type().equals(VoidRequest.EVENT_TYPE)) {
            return voiding(at, event);
        }
        if (revision > 0) {
            var reason = at.header(UsageHeaders.REASON);
            return new Amending(at, event.as(revision), Utf8.holds(reason) ? reason : "");
        }
        return switch (window.place(time, at.appendedAt())) {
            case WITHIN -> new Reported(at, event);
            case TOO_OLD ->
                funding == Funding.ACCOUNT && Followed.isImported(at)
                        ? new Reported(at, event)
                        : DeadLetter.of(at, event, Reason.TOO_OLD, "/time", window.rule());
            case AHEAD -> DeadLetter.of(at, event, Reason.AHEAD, "/time", window.rule());
        };
    }

    private static Arrival voiding(LogRecord at, UsageEvent event) {
        return VoidRequest.of(event.data())
                .<Arrival>map(request -> new Voiding(
                        at, event.tenant(), request.source(), request.id(), request.revision(), request.reason()))
                .orElseGet(() -> DeadLetter.of(at, event, Reason.UNREADABLE, "/data", VoidRequest.RULE));
    }

    /** When it arrived first: a dead letter that is sent again counts in the hour it was sent in. */
    private static Instant arrived(LogRecord at) {
        var header = at.header(UsageHeaders.ARRIVED);
        return MILLISECONDS.matcher(header).matches() ? Instant.ofEpochMilli(Long.parseLong(header)) : at.appendedAt();
    }

    private static int revision(LogRecord at) {
        var header = at.header(UsageHeaders.REVISION);
        return !header.isEmpty() && REVISION.matcher(header).matches() ? Integer.parseInt(header) : 0;
    }

    private static DeadLetter unreadable(LogRecord at, String source, String id, String detail) {
        var tenant = at.header(UsageHeaders.TENANT);
        return new DeadLetter(at, Reason.UNREADABLE, Utf8.holds(tenant) ? tenant : "", source, id, "", detail);
    }
}
