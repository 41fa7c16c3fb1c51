package io.tallystick.billing.x402;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tallystick.billing.payment.Call;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Map;
import java.util.UUID;

/**
 * A call that the gateway asks to have paid.
 *
 * @param payment the client's {@code PAYMENT-SIGNATURE}, if it sent one
 * @param account who calls, if the gateway knows: the call is charged there if it has no payment
 * @param streamed whether the answer begins before the charge is known
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record AskedCall(
        @NotNull @Size(min = 1, max = 64) String tenant,
        @NotNull UUID callId,
        @NotNull @Valid Sold resource,
        @NotNull @Pattern(regexp = "[A-Z]{3,10}") String method,
        @NotNull @Size(min = 1, max = 200) String route,
        @NotNull @Size(max = 200) String model,

        @NotNull @Size(max = 32) Map<@Pattern(regexp = "[a-z0-9_]{1,64}") String, @NotNull @Pattern(regexp = "[0-9]{1,18}") String> maximum,

        @NotNull @Pattern(regexp = "[0-9a-f]{64}") String requestDigest,
        @Size(max = 65536) String payment,
        @Valid PrepaidAnswers.Asked account,
        boolean streamed) {

    record Sold(
            @NotNull @Size(max = 2000) String url,
            @NotNull @Size(max = 500) String description,
            @NotNull @Size(max = 100) String mimeType) {}

    Call call() {
        var sold = new Call.Resource(resource.url(), resource.description(), resource.mimeType());
        return new Call(callId, tenant, sold, method, route, model, requestDigest);
    }

    /** A GET is an offer or a refund; nothing is served for it. */
    boolean serves() {
        return !method.equals("GET");
    }
}
