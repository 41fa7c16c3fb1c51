package io.tallystick.billing.x402.batch;

import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.ChainSigner;
import io.tallystick.billing.chain.Outcome;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.chain.abi.ClaimRow;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.payment.Attempt;
import io.tallystick.billing.payment.Authorization;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.billing.signature.ClaimEntry;
import io.tallystick.billing.signature.Signature;
import io.tallystick.billing.x402.Answers;
import io.tallystick.billing.x402.Codes;
import io.tallystick.billing.x402.Wire;
import io.tallystick.billing.x402.X402Config;
import io.tallystick.billing.x402.batch.Terms.Checked;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * Gives payers back what nobody charged. What is due is claimed in the same transaction, so that a refund never takes
 * what was charged before it.
 */
@ApplicationScoped
class Refunds {
    private static final int RESUMED_AT_ONCE = 50;

    private final Escrow escrow;
    private final ChainSigner signer;
    private final Transactions transactions;
    private final Database database;
    private final Channels channels;
    private final Answers answers;
    private final Wire wire;
    private final X402Config config;

    Refunds(
            Escrow escrow,
            ChainSigner signer,
            Transactions transactions,
            Database database,
            Channels channels,
            Answers answers,
            Wire wire,
            X402Config config) {
        this.escrow = escrow;
        this.signer = signer;
        this.transactions = transactions;
        this.database = database;
        this.channels = channels;
        this.answers = answers;
        this.wire = wire;
        this.config = config;
    }

    /** A refund that was set aside, or why none was. */
    private sealed interface Begun {

        record Row(RefundEntity refund) implements Begun {}

        record Not(Authorization answer) implements Begun {}
    }

    Uni<Authorization> refund(Attempt attempt, BatchPayload.Refund payload, Checked.Ok checked, Instant now) {
        var id = payload.voucher().channelId();
        var asset = attempt.amount().asset();
        return escrow.lookedUp(attempt.call().tenant(), payload.config(), id, asset, now)
                .chain(channel -> channel.isEmpty()
                        ? Uni.createFrom().item(new Authorization.Refused(Codes.BOOKS_DIFFER, Optional.empty()))
                        : begin(payload, checked, now).chain(begun -> switch (begun) {
                            case Begun.Not(var answer) -> Uni.createFrom().item(answer);
                            case Begun.Row(var row) -> finish(row, config.settleWithin());
                        }));
    }

    /** Takes up what a crash or a slow chain left open. */
    @Scheduled(
            every = "${tallystick.payment.sweep-every:10s}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> resume() {
        var before = Instant.now().minus(config.settleWithin());
        return database.inTransaction(session -> session.createSelectionQuery(
                                "from Refund where state = 'open' and createdAt < :before order by createdAt",
                                RefundEntity.class)
                        .setParameter("before", before)
                        .setMaxResults(RESUMED_AT_ONCE)
                        .getResultList())
                .onItem()
                .transformToMulti(rows -> Multi.createFrom().iterable(rows))
                .onItem()
                .transformToUniAndConcatenate(row -> finish(row, Duration.ZERO)
                        .replaceWithVoid()
                        .onFailure()
                        .invoke(e -> Log.warnf("refund not taken up, refund=%s, cause=%s", row.id, e))
                        .onFailure()
                        .recoverWithNull())
                .collect()
                .asList()
                .replaceWithVoid();
    }

    private Uni<Begun> begin(BatchPayload.Refund payload, Checked.Ok checked, Instant now) {
        var id = payload.voucher().channelId();
        return database.inTransaction(
                session -> channels.lock(session, id).map(Optional::orElseThrow).chain(channel -> open(session, id)
                        .chain(open -> open.isPresent()
                                ? Uni.createFrom().item(new Begun.Row(open.get()))
                                : begin(session, channel, payload, checked, now))));
    }

    private Uni<Begun> begin(
            Mutiny.Session session, Channel channel, BatchPayload.Refund payload, Checked.Ok checked, Instant now) {
        if (!channel.held().isZero()) {
            return not(Authorization.refused(Codes.batch("channel_busy")));
        }
        if (channel.charged().exceeds(checked.voucher().ceiling())) {
            return not(new Authorization.Refused(Codes.BOOKS_DIFFER, Optional.of(channel)));
        }
        var free = channel.drawable().minusOrZero(channel.charged());
        if (free.isZero()) {
            return not(Authorization.refused(Codes.batch("refund_no_balance")));
        }
        var amount = payload.amount().orElse(free.units());
        if (amount.signum() == 0 || amount.compareTo(free.units()) > 0) {
            return not(Authorization.refused(Codes.batch("refund_amount_invalid")));
        }
        var reserved = channel.refunding(new TokenAmount(free.asset(), amount)).orElseThrow();
        var row = RefundEntity.of(channel.id(), channel.config().payer(), amount, call(channel, amount), now);
        return session.persist(row)
                .chain(() -> channels.put(session, reserved, now))
                .replaceWith(new Begun.Row(row));
    }

    private Call call(Channel channel, BigInteger amount) {
        var nonce = channel.chain().refundNonce();
        var digest = escrow.digests().refund(channel.id(), nonce, amount);
        var refund = escrow.calls().refundWithSignature(channel.config(), amount, nonce, signer.sign(digest));
        var calls = new ArrayList<Call>();
        if (!channel.exposure().isZero()) {
            channel.voucher()
                    .flatMap(voucher -> Signature.parse(voucher.signature()))
                    .map(signature -> claim(channel, signature))
                    .ifPresent(calls::add);
        }
        calls.add(refund);
        return calls.size() == 1 ? refund : escrow.calls().multicall(calls);
    }

    private Call claim(Channel channel, Signature voucher) {
        var ceiling = channel.authorized().units();
        var charged = channel.charged().units();
        var digest = escrow.digests().claimBatch(List.of(new ClaimEntry(channel.id(), ceiling, charged)));
        var row = new ClaimRow(channel.config(), ceiling, voucher, charged);
        return escrow.calls().claimWithSignature(List.of(row), signer.sign(digest));
    }

    /** Sends a refund, or asks how it stands, and writes down how it ended. */
    private Uni<Authorization> finish(RefundEntity row, Duration wait) {
        var intent = row.toIntent();
        var id = new ChannelId(row.channel);
        return transactions
                .submit(intent)
                .chain(() -> transactions.outcome(intent.key(), 0, wait))
                .chain(outcome -> switch (outcome) {
                    case Outcome.Succeeded(var in) ->
                        ended(row, id, "done", true, "", in.hash().hex());
                    case Outcome.Failed(var in) ->
                        ended(
                                row,
                                id,
                                "failed",
                                false,
                                "refund_transaction_failed",
                                in.hash().hex());
                    case Outcome.Refused _ -> ended(row, id, "failed", false, "refund_simulation_failed", "");
                    case Outcome.Pending(var newest) -> pending(id, newest);
                });
    }

    private Uni<Authorization> pending(ChannelId id, Optional<Bytes32> newest) {
        return channels.find(id).map(found -> {
            var channel = found.orElseThrow().channel();
            var network = channel.charged().asset().network();
            var hash = newest.map(Bytes32::hex).orElse("");
            return new Authorization.Failed(
                    wire.text(answers.failure(network, channel.config().payer(), Codes.SETTLEMENT_PENDING, hash)));
        });
    }

    private Uni<Authorization> ended(
            RefundEntity row, ChannelId id, String state, boolean done, String code, String transaction) {
        var now = Instant.now();
        return escrow.read(id)
                .chain(reading -> database.inTransaction(session -> channels.lock(session, id)
                        .map(Optional::orElseThrow)
                        .chain(channel -> session.find(RefundEntity.class, row.id)
                                .chain(refund -> {
                                    // Whoever came first wrote it down; the reservation ends once.
                                    var amount =
                                            new TokenAmount(channel.charged().asset(), row.amount);
                                    var next = channel.seen(reading);
                                    var free = refund.state.equals("open") ? next.refunded(amount) : next;
                                    refund.state = state;
                                    return channels.put(session, free, now);
                                }))
                        .map(channel -> answer(channel, row, done, code, transaction))));
    }

    private Authorization answer(Channel channel, RefundEntity row, boolean done, String code, String transaction) {
        var network = channel.charged().asset().network();
        var payer = channel.config().payer();
        if (!done) {
            return new Authorization.Failed(wire.text(answers.failure(network, payer, Codes.batch(code), transaction)));
        }
        var answer = answers.success(network, payer, transaction, row.amount.toString());
        answer.withObject("/extra").set("channelState", answers.channelState(channel));
        return new Authorization.Done(wire.text(answer));
    }

    private static Uni<Optional<RefundEntity>> open(Mutiny.Session session, ChannelId id) {
        return session.createSelectionQuery(
                        "from Refund where channel = :channel and state = 'open'", RefundEntity.class)
                .setParameter("channel", id.hex())
                .getSingleResultOrNull()
                .map(Optional::ofNullable);
    }

    private static Uni<Begun> not(Authorization answer) {
        return Uni.createFrom().item(new Begun.Not(answer));
    }
}
