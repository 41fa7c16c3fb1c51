package io.tallystick.billing.x402;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.grant.Spender;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.payment.Attempt;
import io.tallystick.billing.payment.Authorization;
import io.tallystick.billing.payment.Call;
import io.tallystick.billing.payment.Hold;
import io.tallystick.billing.payment.KnownCaller;
import io.tallystick.billing.payment.Prepaid;
import io.tallystick.billing.payment.Settlement;
import io.tallystick.billing.payment.ShownProof;
import io.tallystick.billing.payment.hold.Payments;
import io.tallystick.billing.payment.hold.PrepaidHolds.Standing;
import io.tallystick.billing.payment.hold.PrepaidTaken;
import io.tallystick.billing.payment.prepaid.PrepaidCalls;
import io.tallystick.billing.x402.PaymentsResource.Authorized;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Calls of callers that the gateway knows, on the gateway's wire. */
@ApplicationScoped
class PrepaidAnswers {
    static final String CHARGED = "Tallystick-Charged";
    static final String HELD = "Tallystick-Held";
    static final String REMAINING = "Tallystick-Remaining";
    static final String ASSET = "Tallystick-Asset";

    private final PrepaidCalls calls;
    private final PaymentRequired required;

    PrepaidAnswers(PrepaidCalls calls, PaymentRequired required) {
        this.calls = calls;
        this.required = required;
    }

    /** @param held what is answered where there is a hold, as for a call that came with its payment */
    Uni<Authorized> authorize(Call call, List<Offer> offered, Asked asked, Function<Authorization, Authorized> held) {
        var now = Instant.now();
        var offer = offered.getFirst();
        var attempt = new Attempt(call, Optional.empty(), offer.amount(), offer.payTo(), offer.issuedAt(), "", false);
        return calls.authorize(attempt, asked.caller(), now).map(taken -> switch (taken) {
            case PrepaidTaken.Now(var hold) -> held.apply(new Authorization.Held(hold));
            case PrepaidTaken.Before(var hold) -> held.apply(Payments.again(hold, call));
            case PrepaidTaken.TooLittle(var room) -> unpaid(call, offered, tooLittle(room, offer.amount()));
            case PrepaidTaken.OutOfBudget(var left) -> unpaid(call, offered, outOfBudget(left, offer.amount()));
            case PrepaidTaken.Not.BUSY ->
                unpaid(call, offered, "Calls under way hold what this one needs. Wait for them, and send it again.");
            case PrepaidTaken.Not.ACCOUNT_LIMIT ->
                unpaid(call, offered, "account_limit_reached: pay what is owed for earlier usage first.");
            case PrepaidTaken.Not.PROOF_USED ->
                new Authorized.Refused(401, Map.of(), "The proof was used before; sign one for each request.");
            case PrepaidTaken.NotByGrant(var why) -> new Authorized.Refused(403, Map.of(), why.sentence());
        });
    }

    /** What the caller is told of its money when a call has ended; nothing of a call that was paid by itself. */
    Uni<Map<String, String>> told(Settlement settlement, Instant now) {
        return switch (settlement) {
            case Settlement.Captured(var hold, var state) when Prepaid.is(hold) -> told(hold, state.charge(), now);
            case Settlement.Voided(var hold, var _)
            when Prepaid.is(hold) -> told(hold, TokenAmount.zero(hold.maximum().asset()), now);
            case Settlement.Captured _,
                    Settlement.Voided _,
                    Settlement.Failed _,
                    Settlement.Pending _,
                    Settlement.Unknown _ -> Uni.createFrom().item(Map.of());
        };
    }

    private Uni<Map<String, String>> told(Hold hold, TokenAmount charge, Instant now) {
        return calls.standing(hold, now)
                .map(standing -> headers(charge, standing))
                .onFailure()
                .invoke(e -> Log.warnf("a caller is not told what is left, hold=%s, cause=%s", hold.id(), e))
                .onFailure()
                // The charge stands, and its answer does not wait for this.
                .recoverWithItem(Map.of());
    }

    private static Map<String, String> headers(TokenAmount charge, Standing standing) {
        return Map.of(
                CHARGED, charge.units().toString(),
                HELD, standing.held().units().toString(),
                REMAINING, standing.left().units().toString(),
                ASSET, charge.asset().id());
    }

    private Authorized unpaid(Call call, List<Offer> offered, String message) {
        var header = required.header(call, offered, Codes.PAYMENT_REQUIRED, Optional.empty());
        return new Authorized.Refused(402, Map.of(PaymentRequired.HEADER, header), message);
    }

    private static String tooLittle(TokenAmount room, TokenAmount maximum) {
        return "This call may cost %s token units of %s, and none of your channels has room for more than %s. Deposit, and sign a higher total: PUT /v1/channels/{id}/voucher at billing-service. Or pay this call by x402."
                .formatted(maximum.units(), maximum.asset().id(), room.units());
    }

    private static String outOfBudget(TokenAmount left, TokenAmount maximum) {
        return "This call may cost %s token units of %s, and the spend grant, or one above it, has %s left. Ask its issuer for another one."
                .formatted(maximum.units(), maximum.asset().id(), left.units());
    }

    /** Who calls, as the gateway says. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Asked(
            @NotNull @Size(min = 8, max = 512) String did,
            @Valid Agent agent,
            @Valid Proof proof) {

        KnownCaller caller() {
            return new KnownCaller(
                    did,
                    Optional.ofNullable(agent).map(by -> new Spender(by.did(), by.key(), by.grant())),
                    Optional.ofNullable(proof)
                            .map(shown -> new ShownProof(shown.key(), shown.id(), shown.usableUntil())));
        }
    }

    record Agent(
            @NotNull @Size(min = 8, max = 512) String did,
            @NotNull @Pattern(regexp = "[A-Za-z0-9_-]{43}") String key,

            @NotNull @Pattern(regexp = "[A-Za-z0-9_-]{16,64}") String grant) {}

    record Proof(
            @NotNull @Pattern(regexp = "[A-Za-z0-9_-]{43}") String key,

            @NotNull @Pattern(regexp = "[\\x20-\\x7e]{1,256}") String id,

            @NotNull Instant usableUntil) {}
}
