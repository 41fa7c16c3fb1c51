package io.tallystick.billing.x402.batch;

import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.ChainConfig;
import io.tallystick.billing.chain.ChainSigner;
import io.tallystick.billing.chain.ChannelReading;
import io.tallystick.billing.chain.Inclusion;
import io.tallystick.billing.chain.Outcome;
import io.tallystick.billing.chain.TransactionState;
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
import java.util.List;
import java.util.Optional;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * Gives payers back what nobody charged. What is due is claimed and paid out in the same transaction, so that a refund never
 * takes what was charged before it. The payer is told as soon as a block has it; what was set aside stays so until no
 * reorganisation can undo it.
 */
@ApplicationScoped
class Refunds {
    private static final int RESUMED_AT_ONCE = 500;

    private final Escrow escrow;
    private final ChainSigner signer;
    private final Transactions transactions;
    private final Database database;
    private final Channels channels;
    private final Answers answers;
    private final Wire wire;
    private final X402Config config;
    private final ChainConfig chain;

    Refunds(
            Escrow escrow,
            ChainSigner signer,
            Transactions transactions,
            Database database,
            Channels channels,
            Answers answers,
            Wire wire,
            X402Config config,
            ChainConfig chain) {
        this.escrow = escrow;
        this.signer = signer;
        this.transactions = transactions;
        this.database = database;
        this.channels = channels;
        this.answers = answers;
        this.wire = wire;
        this.config = config;
        this.chain = chain;
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

    /** Takes up what a crash or a slow chain left open, and ends what became final. Of our chain only. */
    @Scheduled(
            every = "${tallystick.payment.sweep-every:10s}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> resume() {
        return database.inTransaction(session -> session.createSelectionQuery(
                                "from Refund r where state = 'open' and exists (select 1 from Channel c"
                                        + " where c.id = r.channel and c.chainId = :chain) order by createdAt",
                                RefundEntity.class)
                        .setParameter("chain", chain.id())
                        .setMaxResults(RESUMED_AT_ONCE)
                        .getResultList())
                .onItem()
                .transformToMulti(rows -> Multi.createFrom().iterable(rows))
                .onItem()
                .transformToUniAndConcatenate(row -> takeUp(row)
                        .onFailure()
                        .invoke(e -> Log.warnf("refund not taken up, refund=%s, cause=%s", row.id, e))
                        .onFailure()
                        .recoverWithNull())
                .collect()
                .asList()
                .replaceWithVoid();
    }

    /** There is nothing to do about a refund that is in a block and may still be undone. */
    private Uni<Void> takeUp(RefundEntity row) {
        return transactions
                .find(row.toIntent().key())
                .map(found -> found.filter(sent -> sent.state() instanceof TransactionState.Mined))
                .chain(mined -> mined.isPresent()
                        ? Uni.createFrom().voidItem()
                        : finish(row, Duration.ZERO).replaceWithVoid());
    }

    private Uni<Begun> begin(BatchPayload.Refund payload, Checked.Ok checked, Instant now) {
        var id = payload.voucher().channelId();
        return database.inTransaction(
                session -> channels.lock(session, id).map(Optional::orElseThrow).chain(channel -> open(session, id)
                        .chain(open -> open.isPresent()
                                ? again(channel, open.get(), payload)
                                : begin(session, channel, payload, checked, now))));
    }

    /** A refund that is not final answers its own retry. One at a time: another has to wait for it. */
    private static Uni<Begun> again(Channel channel, RefundEntity open, BatchPayload.Refund payload) {
        var isAnother = channel.refund().reached(channel.chain())
                && !channel.free().isZero()
                && payload.amount().filter(open.amount::equals).isEmpty();
        return isAnother
                ? not(Authorization.refused(Codes.batch("channel_busy")))
                : Uni.createFrom().item(new Begun.Row(open));
    }

    private Uni<Begun> begin(
            Mutiny.Session session, Channel channel, BatchPayload.Refund payload, Checked.Ok checked, Instant now) {
        if (!channel.held().isZero()) {
            return not(Authorization.refused(Codes.batch("channel_busy")));
        }
        if (channel.charged().exceeds(checked.voucher().ceiling())) {
            return not(new Authorization.Refused(Codes.BOOKS_DIFFER, Optional.of(channel)));
        }
        var free = channel.free();
        if (free.isZero()) {
            return not(Authorization.refused(Codes.batch("refund_no_balance")));
        }
        var amount = payload.amount().orElse(free.units());
        if (amount.signum() == 0 || amount.compareTo(free.units()) > 0) {
            return not(Authorization.refused(Codes.batch("refund_amount_invalid")));
        }
        var reserved = channel.refunding(new TokenAmount(free.asset(), amount)).orElseThrow();
        var claim = claim(channel);
        var claimed = claim.map(_ -> channel.charged().units());
        var row = RefundEntity.of(channel, amount, claimed, call(channel, amount, claim), now);
        return session.persist(row)
                .chain(() -> channels.put(session, reserved, now))
                .replaceWith(new Begun.Row(row));
    }

    private Call call(Channel channel, BigInteger amount, Optional<Call> claim) {
        var nonce = channel.chain().refundNonce();
        var config = channel.config();
        var digest = escrow.digests().refund(channel.id(), nonce, amount);
        var refund = escrow.calls().refundWithSignature(config, amount, nonce, signer.sign(digest));
        return claim.map(due -> escrow.calls()
                        .multicall(List.of(due, refund, escrow.calls().settle(config.receiver(), config.token()))))
                .orElse(refund);
    }

    private Optional<Call> claim(Channel channel) {
        return channel.exposure().isZero()
                ? Optional.empty()
                : channel.voucher()
                        .flatMap(voucher -> Signature.parse(voucher.signature()))
                        .map(signature -> claim(channel, signature));
    }

    private Call claim(Channel channel, Signature voucher) {
        var ceiling = channel.authorized().units();
        var charged = channel.charged().units();
        var digest = escrow.digests().claimBatch(List.of(new ClaimEntry(channel.id(), ceiling, charged)));
        var row = new ClaimRow(channel.config(), ceiling, voucher, charged);
        return escrow.calls().claimWithSignature(List.of(row), signer.sign(digest));
    }

    /**
     * Sends a refund, or asks how it stands, and writes down how it ended. One that the contract refused stays refused:
     * what was set aside for it is free again, and may be charged.
     */
    private Uni<Authorization> finish(RefundEntity row, Duration wait) {
        var intent = row.toIntent();
        var id = new ChannelId(row.channel);
        return transactions
                .submitOnce(intent)
                .chain(() -> transactions.outcome(intent.key(), 0, wait))
                .chain(() -> transactions.find(intent.key()))
                .map(Optional::orElseThrow)
                .chain(transaction -> switch (Outcome.of(transaction, 0, Long.MAX_VALUE)) {
                    case Outcome.Succeeded(var in) ->
                        came(row, id, transaction.state().settled(), in);
                    case Outcome.Failed(var in) ->
                        failed(row, id, transaction.state().settled(), "refund_transaction_failed", Optional.of(in));
                    case Outcome.Refused _ -> failed(row, id, true, "refund_simulation_failed", Optional.empty());
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

    private Uni<Authorization> came(RefundEntity row, ChannelId id, boolean isFinal, Inclusion inclusion) {
        var booked = isFinal
                ? escrow.readFinal(id, inclusion.block())
                        .chain(last -> booked(row, id, Optional.of("done"), Optional.of(last)))
                : booked(row, id, Optional.empty(), Optional.empty());
        return booked.map(channel -> {
            var asset = channel.charged().asset();
            var payer = channel.config().payer();
            var answer =
                    answers.success(asset.network(), payer, inclusion.hash().hex(), row.amount.toString());
            answer.withObject("/extra").set("channelState", answers.channelState(channel));
            return new Authorization.Done(wire.text(answer));
        });
    }

    private Uni<Authorization> failed(
            RefundEntity row, ChannelId id, boolean isFinal, String code, Optional<Inclusion> inclusion) {
        var hash = inclusion.map(in -> in.hash().hex()).orElse("");
        return booked(row, id, isFinal ? Optional.of("failed") : Optional.empty(), Optional.empty())
                .map(channel -> new Authorization.Failed(wire.text(answers.failure(
                        channel.charged().asset().network(), channel.config().payer(), Codes.batch(code), hash))));
    }

    /**
     * Stores what the contract says now and, at its end, how the refund ended: once, whoever comes first. What was set aside
     * is free when the reading shows why.
     */
    private Uni<Channel> booked(RefundEntity row, ChannelId id, Optional<String> end, Optional<ChannelReading> last) {
        var now = Instant.now();
        return escrow.read(id)
                .chain(reading -> database.inTransaction(session -> channels.lock(session, id)
                        .map(Optional::orElseThrow)
                        .chain(channel -> session.find(RefundEntity.class, row.id)
                                .chain(refund -> {
                                    var seen = channel.seen(reading);
                                    var next = last.map(seen::finalized).orElse(seen);
                                    var ends = refund.state.equals("open")
                                            && end.filter(state -> state.equals("failed")
                                                            || next.refund().reached(next.chain()))
                                                    .isPresent();
                                    refund.state = ends ? end.get() : refund.state;
                                    return channels.put(session, ends ? next.refunded() : next, now);
                                }))));
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
