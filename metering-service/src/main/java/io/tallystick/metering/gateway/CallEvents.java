package io.tallystick.metering.gateway;

import io.tallystick.metering.gateway.call.CallLog;
import io.tallystick.metering.usage.UsageEntry;
import io.tallystick.metering.usage.UsageLog;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletionStage;

/**
 * Writes each call's usage event. Its id is the hold's, so a call counts once however often its event is sent, and
 * billing can tell which hold to capture.
 */
@ApplicationScoped
class CallEvents implements CallLog {
    private static final String TYPE = "io.tallystick.call";

    private final UsageLog log;
    private final ClientKey key;
    private final GatewayConfig config;

    CallEvents(UsageLog log, ClientKey key, GatewayConfig config) {
        this.log = log;
        this.key = key;
        this.config = config;
    }

    @Override
    public CompletionStage<Void> append(Entry entry) {
        var tenant = config.tenant().orElseThrow();
        return log.append(UsageEntry.ofCall(
                tenant,
                entry.subject(),
                entry.holdId(),
                key.did(),
                event(tenant, entry).toBuffer().getBytes()));
    }

    private static JsonObject event(String tenant, Entry entry) {
        var request = entry.call().request();
        var data = new JsonObject()
                .put("model", request.model())
                .put("route", request.route().path())
                .put("operation", request.route().operation());
        entry.usage().quantities().units().forEach((bucket, units) -> data.put(bucket.wireName(), units));
        return new JsonObject()
                .put("specversion", "1.0")
                .put("id", entry.holdId())
                .put("source", "/gateway/" + tenant)
                .put("type", TYPE)
                .put("subject", entry.subject())
                .put("time", entry.time().toString())
                .put("datacontenttype", "application/json")
                .put("data", data.put("usage_source", entry.usage().source().wireName()));
    }
}
