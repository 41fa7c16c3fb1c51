package io.tallystick.metering.gateway.call;

import static java.util.Objects.requireNonNull;

import io.tallystick.metering.gateway.caller.Allowance;
import io.tallystick.metering.gateway.caller.Buyer;
import io.tallystick.metering.gateway.openai.CallRequest;
import java.util.UUID;

/**
 * A call as the client sent it.
 *
 * @param id ours, new for each call
 * @param method {@code POST}, or {@code GET} for an offer or a refund
 * @param url what the client called, as the offer names it
 * @param payment value of the client's {@code PAYMENT-SIGNATURE}, or an empty string
 * @param body the bytes received, forwarded as they are; not copied, so nobody may change them
 * @param buyer whom it is charged to if it has no payment
 * @param allowance what it took of its API key's tokens
 */
public record PaidCall(
        UUID id,
        String method,
        String url,
        CallRequest request,
        String payment,
        Headers headers,
        Body body,
        Buyer buyer,
        Allowance allowance) {

    public PaidCall {
        requireNonNull(id, "id");
        requireNonNull(method, "method");
        requireNonNull(url, "url");
        requireNonNull(request, "request");
        requireNonNull(payment, "payment");
        requireNonNull(headers, "headers");
        requireNonNull(body, "body");
        requireNonNull(buyer, "buyer");
        requireNonNull(allowance, "allowance");
    }

    /** A stranger's call. */
    public PaidCall(
            UUID id, String method, String url, CallRequest request, String payment, Headers headers, Body body) {
        this(id, method, url, request, payment, headers, body, Buyer.Stranger.UNKNOWN, Allowance.unlimited());
    }

    /** An offer or a refund is asked for, and never reaches the model server. */
    public boolean asksForOffer() {
        return method.equals("GET");
    }
}
