package io.tallystick.metering.otlp;

import io.smallrye.mutiny.Uni;
import io.tallystick.metering.otlp.OtlpEvents.Made;
import io.tallystick.metering.otlp.OtlpSettings.Source;
import io.tallystick.metering.otlp.signal.GenAi;
import io.tallystick.metering.otlp.signal.Span;
import io.tallystick.metering.usage.UsageEntry;
import io.tallystick.metering.usage.UsageLog;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Spans of calls of models become usage events. Their ids are made of the spans', so that a retry counts once. */
@ApplicationScoped
class OtlpTraces {
    private final OtlpSettings settings;
    private final OtlpEvents events;
    private final UsageLog log;

    OtlpTraces(OtlpSettings settings, OtlpEvents events, UsageLog log) {
        this.settings = settings;
        this.events = events;
        this.log = log;
    }

    /** What came of the spans once Kafka has what is to be counted; a span that tells of no usage is none of them. */
    Uni<Taken> take(String tenant, String by, List<Span> spans) {
        var setting = settings.of(tenant);
        var entries = new ArrayList<UsageEntry>();
        var taken = new Taken.Tally("spans");
        for (var span : spans) {
            var usage = GenAi.of(span);
            if (usage.isEmpty()) {
                continue;
            }
            var time = span.endNanos() > 0 ? OtlpTimes.of(span.endNanos()) : Instant.now();
            var subject = OtlpEvents.subject(setting.subject(), span.attributes(), span.resource());
            if (!setting.counts(Source.TRACES, time)) {
                taken.refuse("this tenant's usage is counted by its metrics");
            } else if (!span.isNamed()) {
                taken.refuse("a span needs a traceId of 16 bytes and a spanId of 8");
            } else if (span.endNanos() <= 0) {
                taken.refuse("a span needs the time of its end");
            } else if (subject.isEmpty()) {
                taken.refuse("no attribute says who consumed: set enduser.id, or service.name of the resource");
            } else {
                var id = span.traceId() + "-" + span.spanId();
                var made = events.event(
                        tenant,
                        by,
                        "traces",
                        id,
                        subject.get(),
                        time,
                        usage.get().buckets(),
                        usage.get().texts());
                switch (made) {
                    case Made.Event(var entry, var _) -> entries.add(entry);
                    case Made.Unusable(var why) -> taken.refuse(why);
                }
            }
        }
        return Uni.createFrom().completionStage(() -> log.append(entries)).map(_ -> taken.with(entries.size()));
    }
}
