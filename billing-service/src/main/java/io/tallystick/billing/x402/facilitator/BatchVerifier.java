package io.tallystick.billing.x402.facilitator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.ChannelReading;
import io.tallystick.billing.channel.ForeignChannels;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.billing.x402.Codes;
import io.tallystick.billing.x402.batch.BatchPayload;
import io.tallystick.billing.x402.batch.BatchPayloads;
import io.tallystick.billing.x402.batch.Deposits;
import io.tallystick.billing.x402.batch.Escrow;
import io.tallystick.billing.x402.batch.Terms;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;

/** Whether a deposit, voucher or refund request is what another server may act on. */
@ApplicationScoped
class BatchVerifier {
    private final Escrow escrow;
    private final Deposits deposits;
    private final BatchPayloads payloads;
    private final ForeignChannels foreign;
    private final Verdicts verdicts;

    BatchVerifier(
            Escrow escrow, Deposits deposits, BatchPayloads payloads, ForeignChannels foreign, Verdicts verdicts) {
        this.escrow = escrow;
        this.deposits = deposits;
        this.payloads = payloads;
        this.foreign = foreign;
        this.verdicts = verdicts;
    }

    Uni<ObjectNode> verify(Request request, JsonNode sent, Instant now) {
        return switch (payloads.read(sent)) {
            case BatchPayloads.Read.Not(var code) -> Uni.createFrom().item(verdicts.invalid(code, Optional.empty()));
            case BatchPayloads.Read.Ok(var payload) -> verify(request, payload, now);
        };
    }

    private Uni<ObjectNode> verify(Request request, BatchPayload payload, Instant now) {
        var payer = Optional.of(payload.config().payer());
        var offered = offered(request, payload);
        if (offered.isPresent()) {
            return Uni.createFrom().item(verdicts.invalid(offered.get(), payer));
        }
        var id = payload.voucher().channelId();
        return escrow.read(id).chain(reading -> refusal(request, payload, reading, now)
                .chain(code -> code.isPresent()
                        ? Uni.createFrom().item(verdicts.invalid(code.get(), payer))
                        : left(request, id, now)
                                .map(theirs -> theirs
                                        ? verdicts.valid(payload.config().payer(), id, reading)
                                        : verdicts.elsewhere(payload.config().payer()))));
    }

    /** What is verified for a server is served by it, so from here on the gateway takes nothing from the channel. */
    Uni<Boolean> left(Request request, ChannelId id, Instant now) {
        return foreign.leave(request.tenant(), id, now);
    }

    /** Why the payload's channel or signature does not fit what the server offered; empty if it does. */
    Optional<String> offered(Request request, BatchPayload payload) {
        var terms = new Terms(
                request.asset().orElseThrow(),
                request.payTo().orElseThrow(),
                request.receiverAuthorizer(),
                request.withdrawDelaySeconds());
        return escrow.check(terms, payload) instanceof Terms.Checked.Not(var code)
                ? Optional.of(code)
                : Optional.empty();
    }

    private Uni<Optional<String>> refusal(Request request, BatchPayload payload, ChannelReading reading, Instant now) {
        return switch (payload) {
            case BatchPayload.VoucherOnly _ -> Uni.createFrom().item(drawn(payload, reading, BigInteger.ZERO));
            case BatchPayload.Refund _ -> Uni.createFrom().item(drawn(payload, reading, BigInteger.ZERO));
            case BatchPayload.Deposit deposit ->
                deposits.begun(deposit, request.asset().orElseThrow())
                        .chain(begun -> begun
                                ? Uni.createFrom().item(Optional.of(Codes.batch("deposit_simulation_failed")))
                                : deposits.verify(deposit, request.asset().orElseThrow(), now)
                                        .map(code -> code.or(() -> drawn(payload, reading, deposit.amount()))));
        };
    }

    /** Whether the voucher's total lies between what was claimed and what is in the contract. */
    private static Optional<String> drawn(BatchPayload payload, ChannelReading reading, BigInteger added) {
        var balance = reading.balance().add(added);
        var ceiling = payload.voucher().maxClaimableAmount();
        if (balance.signum() == 0) {
            return Optional.of(Codes.batch("channel_not_found"));
        }
        if (ceiling.compareTo(balance) > 0) {
            return Optional.of(Codes.batch("cumulative_exceeds_balance"));
        }
        var least = payload instanceof BatchPayload.Refund
                ? reading.totalClaimed()
                : reading.totalClaimed().add(BigInteger.ONE);
        return ceiling.compareTo(least) < 0 ? Optional.of(Codes.batch("cumulative_below_claimed")) : Optional.empty();
    }
}
