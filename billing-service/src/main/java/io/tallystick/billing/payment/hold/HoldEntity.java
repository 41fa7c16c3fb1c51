package io.tallystick.billing.payment.hold;

import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.payment.Call;
import io.tallystick.billing.payment.Hold;
import io.tallystick.billing.payment.HoldState;
import io.tallystick.billing.payment.HoldState.Captured;
import io.tallystick.billing.payment.HoldState.Lapsed;
import io.tallystick.billing.payment.HoldState.Open;
import io.tallystick.billing.payment.HoldState.Settling;
import io.tallystick.billing.payment.HoldState.Voided;
import io.tallystick.billing.signature.ChannelId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

@Entity(name = "Hold")
@Table(name = "hold")
class HoldEntity {
    @Id
    UUID id;

    @Column(name = "call_id", updatable = false)
    UUID callId;

    @Column(updatable = false)
    String tenant;

    @Column(updatable = false)
    String payer;

    @Column(updatable = false)
    String scheme;

    @Column(updatable = false)
    String channel;

    @Column(name = "payment_hash", updatable = false)
    String paymentHash;

    @Column(name = "payment_taken")
    String paymentTaken;

    @Column(name = "request_digest", updatable = false)
    String requestDigest;

    @Column(name = "resource_url", updatable = false)
    String resourceUrl;

    @Column(updatable = false)
    String description;

    @Column(name = "mime_type", updatable = false)
    String mimeType;

    @Column(updatable = false)
    String method;

    @Column(updatable = false)
    String route;

    @Column(updatable = false)
    String model;

    @Column(updatable = false)
    String asset;

    @Column(updatable = false)
    BigInteger maximum;

    @Column(name = "priced_at", updatable = false)
    Instant pricedAt;

    @Column(updatable = false)
    String deposit;

    @Column(name = "pay_to", updatable = false)
    String payTo;

    @Column(updatable = false)
    String payment;

    String state;

    @Column(name = "state_at")
    Instant stateAt;

    @Column(name = "expires_at")
    Instant expiresAt;

    BigInteger charge;

    BigInteger uncovered = BigInteger.ZERO;

    String answer = "";

    String reason = "";

    static HoldEntity of(Hold hold, Instant now) {
        var row = new HoldEntity();
        row.id = hold.id();
        row.callId = hold.call().id();
        row.tenant = hold.call().tenant();
        row.payer = hold.payer();
        row.scheme = hold.scheme();
        row.channel = hold.channel().map(ChannelId::hex).orElse(null);
        row.paymentHash = hold.paymentHash();
        row.paymentTaken = hold.paymentHash();
        row.requestDigest = hold.call().digest();
        row.resourceUrl = hold.call().resource().url();
        row.description = hold.call().resource().description();
        row.mimeType = hold.call().resource().mimeType();
        row.method = hold.call().method();
        row.route = hold.call().route();
        row.model = hold.call().model();
        row.asset = hold.maximum().asset().id();
        row.maximum = hold.maximum().units();
        row.pricedAt = hold.pricedAt();
        row.deposit = hold.deposit();
        row.payTo = hold.payTo().hex();
        row.payment = hold.payment();
        row.copyFrom(hold.state(), now);
        return row;
    }

    Hold toHold() {
        return new Hold(
                id,
                new Call(
                        callId,
                        tenant,
                        new Call.Resource(resourceUrl, description, mimeType),
                        method,
                        route,
                        model,
                        requestDigest),
                payer,
                scheme,
                Optional.ofNullable(channel).map(ChannelId::new),
                paymentHash,
                new TokenAmount(Asset.parse(asset), maximum),
                new Address(payTo),
                pricedAt,
                payment,
                deposit,
                toState());
    }

    void copyFrom(HoldState next, Instant now) {
        stateAt = now;
        expiresAt = null;
        switch (next) {
            case Open(var until) -> {
                state = "open";
                expiresAt = until;
            }
            case Settling _ -> state = "settling";
            case Captured(var charged, var told, var _) -> {
                state = "captured";
                charge = charged.units();
                answer = told;
            }
            case Voided(var why, var told, var _) -> {
                state = "voided";
                reason = why;
                answer = told;
            }
            case Lapsed _ -> state = "lapsed";
        }
    }

    /** A channel's voucher that bought nothing may be shown again; any other payment is used up. */
    void freePayment() {
        if (channel != null) {
            paymentTaken = null;
        }
    }

    private HoldState toState() {
        return switch (state) {
            case "open" -> new Open(expiresAt);
            case "settling" -> new Settling(stateAt);
            case "captured" -> new Captured(new TokenAmount(Asset.parse(asset), charge), answer, stateAt);
            case "voided" -> new Voided(reason, answer, stateAt);
            case "lapsed" -> new Lapsed(stateAt);
            default -> throw new IllegalStateException("hold " + id + " is in no known state: " + state);
        };
    }
}
