package io.tallystick.metering.gateway.call;

import io.tallystick.metering.gateway.openai.ApiError;

/** The errors of a paid call; each says whether anything was charged, and what to do. */
public final class CallErrors {

    private CallErrors() {}

    public static ApiError of(Authorization.Refused refused) {
        return switch (refused.status()) {
            case 401 -> ApiError.invalid(401, "invalid_credentials", refused.reason());
            case 403 -> ApiError.invalid(403, "grant_refused", refused.reason());
            case 404 -> ApiError.invalid(404, "model_not_found", refused.reason());
            case 402, 412 -> ApiError.unpaid(refused.status(), refused.reason());
            default -> ApiError.invalid(refused.status(), "payment_refused", refused.reason());
        };
    }

    public static ApiError of(Authorization.Replayed replayed) {
        return switch (replayed.state()) {
            case HELD ->
                ApiError.invalid(
                        409, "payment_in_progress", "This payment's call is being served. Wait for its answer.");
            case CAPTURED ->
                ApiError.invalid(
                        409,
                        "payment_used",
                        "This payment's call was served and charged, and answers are not kept. "
                                + "Send the request without a payment to buy it again.");
            case VOIDED ->
                ApiError.invalid(
                        409,
                        "payment_voided",
                        "This payment's call failed and nothing was charged. "
                                + "Send the request without a payment to get a new offer.");
        };
    }

    static ApiError of(Capture.NotSettled refusal) {
        return ApiError.unpaid(refusal.status(), "The payment could not be settled: " + refusal.reason());
    }

    public static ApiError of(ModelAnswer.Failed failure) {
        return switch (failure) {
            case UNREACHABLE ->
                ApiError.server(
                        502,
                        "upstream_unreachable",
                        "The model server did not answer. Nothing was charged. Try again.");
            case TIMED_OUT ->
                ApiError.server(
                        504,
                        "upstream_timeout",
                        "The model server took too long. Nothing was charged. Try again, or ask for less output.");
            case TOO_LARGE ->
                ApiError.server(
                        502,
                        "upstream_answer_too_large",
                        "The answer is larger than is passed on here. Nothing was charged. Send fewer inputs.");
            case BUSY -> upstreamsBusy();
        };
    }

    public static ApiError upstreamsBusy() {
        return ApiError.server(
                503,
                "upstreams_busy",
                "The model servers that have this model are all busy or away. Nothing was charged. "
                        + "Try again after the time that Retry-After says.");
    }

    public static ApiError modelNotServed() {
        return ApiError.invalid(
                404,
                "model_not_found",
                "No model server here has this model on this path. Name one that GET /v1/models lists.");
    }

    public static ApiError unreadableAnswer() {
        return ApiError.server(
                502,
                "upstream_answer_unreadable",
                "The model server answered something else than this path promises. Nothing was charged. Try again.");
    }

    static ApiError nothingToBuy() {
        return ApiError.invalid(
                405, "method_not_allowed", "GET shows the offer and takes refunds. Nothing was charged. Use POST.");
    }

    public static ApiError holdExpired() {
        return ApiError.server(
                503,
                "hold_expired",
                "The payment's hold ran out before the call began. Nothing was charged. Try again.");
    }

    static ApiError usageNotRecorded() {
        return ApiError.server(
                503,
                "usage_not_recorded",
                "The usage of this call could not be recorded, so it is not delivered. Nothing was charged. Try again.");
    }

    static ApiError chargeUnknown() {
        return ApiError.server(
                500,
                "charge_unknown",
                "The usage of this call may or may not be recorded, so it is not delivered, and it is not known whether it "
                        + "will be charged. Look at your channel before you repeat it.");
    }

    /** In a stream: what arrived so far cannot be taken back, and nothing is charged for it. */
    public static ApiError streamNotRecorded() {
        return ApiError.server(
                503,
                "usage_not_recorded",
                "The usage of this call could not be recorded, so its answer ends here. Nothing was charged.");
    }

    /** In a stream: neither Kafka nor billing answered. */
    public static ApiError streamChargeUnknown() {
        return ApiError.server(
                500,
                "charge_unknown",
                "The usage of this call may or may not be recorded, and it is not known whether it will be charged. "
                        + "Look at your channel before you repeat it.");
    }

    /** In a stream that the model server did not finish. */
    public static ApiError streamBroken(boolean charged) {
        return ApiError.server(
                502, "upstream_stream_broken", "The model server did not finish its answer. " + consequence(charged));
    }

    /** In a stream that we ended. */
    public static ApiError streamCut(boolean charged) {
        return ApiError.server(
                504,
                "stream_cut",
                "The answer was ended because it took too long or its payment could not be held any longer. "
                        + consequence(charged));
    }

    private static String consequence(boolean charged) {
        return charged ? "What arrived is charged." : "Nothing was charged.";
    }

    /** A deposit may have been made by then: the same payment, sent again, finds it. */
    public static ApiError billingUnavailable() {
        return ApiError.server(
                503,
                "billing_unavailable",
                "Payments cannot be taken at the moment. Nothing was sent on, and the call is not charged. "
                        + "Try again with the same payment.");
    }
}
