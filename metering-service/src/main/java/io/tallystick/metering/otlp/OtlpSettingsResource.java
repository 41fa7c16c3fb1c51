package io.tallystick.metering.otlp;

import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.metering.otlp.OtlpSettings.Setting;
import io.tallystick.metering.otlp.OtlpSettings.Source;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;

/** By which signal of OpenTelemetry the tenant's usage is counted. */
@Path("/v1/otlp")
class OtlpSettingsResource {
    private final OtlpSettings settings;
    private final Caller caller;

    OtlpSettingsResource(OtlpSettings settings, Caller caller) {
        this.settings = settings;
        this.caller = caller;
    }

    @GET
    @RequiresScope("usage:read")
    public Uni<SettingView> get() {
        return settings.stored(caller.tenant()).map(SettingView::of);
    }

    @PUT
    @RequiresScope("meters:write")
    @Consumes(MediaType.APPLICATION_JSON)
    public Uni<SettingView> put(@Valid @NotNull SettingBody body) {
        var source = body.source().equals("metrics") ? Source.METRICS : Source.TRACES;
        var subject = body.subject() == null ? "" : body.subject();
        return settings.put(caller.tenant(), source, subject, caller.did()).map(SettingView::of);
    }

    /** @param subject attribute of spans, points or their resource that says who consumed; absent for the usual ones */
    record SettingBody(
            @NotNull @Pattern(regexp = "traces|metrics") String source,
            @Size(max = 128) @Pattern(regexp = "[!-~]*") String subject) {}

    /** @param since from when on {@code source} counts; before it counted {@code former} */
    record SettingView(String source, String former, Instant since, String subject) {
        static SettingView of(Setting setting) {
            return new SettingView(
                    setting.source().word(), setting.former().word(), setting.since(), setting.subject());
        }
    }
}
