package io.tallystick.acceptance.model;

import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.Voucher;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Ratio;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.payment.Call;
import io.tallystick.billing.payment.Hold;
import io.tallystick.billing.payment.HoldState;
import io.tallystick.billing.payment.hold.HoldDecision;
import io.tallystick.billing.signature.ChannelConfig;
import io.tallystick.billing.signature.ChannelId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Channels and holds. Each method is one transaction, and may be asked again. */
final class ModelPayments {
    static final Duration HOLD_FOR = Duration.ofMinutes(30);
    private static final Address PAYEE = Address.of("0x" + "b".repeat(40));
    private static final Call.Resource RESOURCE = new Call.Resource("http://api/chat", "chat", "application/json");

    // What is durably stored, and nothing else.
    final Map<ChannelId, Channel> channels = new LinkedHashMap<>();
    final Map<UUID, Hold> holds = new LinkedHashMap<>();
    /** What each hold's call cost beyond what its hold or voucher covered. */
    final Map<UUID, TokenAmount> uncovered = new LinkedHashMap<>();

    private final Set<String> paymentsTaken = new HashSet<>();

    static ChannelConfig config(Address payer, ChannelId id) {
        return new ChannelConfig(payer, Address.ZERO, PAYEE, PAYEE, Tariff.USDC.contract(), 900, id.hex());
    }

    /** Takes a hold for a call that is paid with {@code voucher}. */
    Optional<Hold> authorize(
            UUID callId, ChannelId id, TokenAmount maximum, Voucher voucher, Instant pricedAt, Instant now) {
        var before = holds.values().stream()
                .filter(hold -> hold.call().id().equals(callId))
                .findFirst();
        if (before.isPresent()) {
            return before;
        }
        var channel = channels.get(id);
        var payment = id.hex() + voucher.ceiling().units() + voucher.signature();
        var decision = HoldDecision.of(
                channel, maximum, voucher, channel.config().payer(), paymentsTaken.contains(payment), false);
        if (!(decision instanceof HoldDecision.Take(var next))) {
            return Optional.empty();
        }
        var call = new Call(callId, "acme", RESOURCE, "POST", "/chat", "m", "digest-" + callId);
        var hold = new Hold(
                callId,
                call,
                "did:pkh:eip155:84532:" + channel.config().payer(),
                "batch-settlement",
                Optional.of(id),
                payment,
                maximum,
                PAYEE,
                pricedAt,
                "",
                "",
                new HoldState.Open(now.plus(HOLD_FOR)));
        channels.put(id, next);
        holds.put(callId, hold);
        paymentsTaken.add(payment);
        return Optional.of(hold);
    }

    /** Charges a hold, in time or late; once. */
    Hold capture(UUID id, Ratio cost, Instant now) {
        var hold = holds.get(id);
        switch (hold.toCapture()) {
            case Hold.CaptureStep.Go go -> {
                var channel = channels.get(hold.channel().orElseThrow());
                var capture = go == Hold.CaptureStep.Go.LATE
                        ? channel.captureLate(hold.maximum(), cost)
                        : channel.capture(hold.maximum(), cost);
                channels.put(channel.id(), capture.channel());
                holds.put(id, hold.with(new HoldState.Captured(capture.charge(), "", now)));
                uncovered.put(id, capture.uncovered());
            }
            case Hold.CaptureStep.Done _, Hold.CaptureStep.GivenUp _ -> {}
        }
        return holds.get(id);
    }

    /** Gives a hold up; its call gave nothing. */
    Hold release(UUID id, Instant now) {
        var hold = holds.get(id);
        switch (hold.toVoid()) {
            case Hold.VoidStep.Go.RELEASE -> {
                free(hold);
                holds.put(id, hold.with(new HoldState.Voided("upstream_failed", "", now)));
            }
            case Hold.VoidStep.Go.NOTHING_HELD ->
                holds.put(id, hold.with(new HoldState.Voided("upstream_failed", "", now)));
            case Hold.VoidStep.Refused _, Hold.VoidStep.Charged _, Hold.VoidStep.Done _ -> {}
        }
        return holds.get(id);
    }

    void lapse(Instant now) {
        for (var hold : List.copyOf(holds.values())) {
            if (hold.expired(now)) {
                free(hold);
                holds.put(hold.id(), hold.with(new HoldState.Lapsed(now)));
            }
        }
    }

    private void free(Hold hold) {
        channels.computeIfPresent(hold.channel().orElseThrow(), (_, channel) -> channel.release(hold.maximum()));
    }
}
