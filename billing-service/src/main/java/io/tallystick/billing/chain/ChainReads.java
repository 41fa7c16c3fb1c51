package io.tallystick.billing.chain;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.abi.AbiReader;
import io.tallystick.billing.chain.abi.EscrowCalls;
import io.tallystick.billing.chain.abi.TokenCalls;
import io.tallystick.billing.chain.abi.WalletCalls;
import io.tallystick.billing.chain.rpc.ContractReads;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.ChannelId;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What contracts say at the newest block. Each method fails with {@code UnavailableException} when the node does not
 * answer, which says nothing about the chain.
 */
@ApplicationScoped
public class ChainReads {
    private static final int CALLS_A_CHANNEL = 3;

    private final ContractReads contracts;
    private final ChainConfig config;
    private final EscrowCalls escrow;

    ChainReads(ContractReads contracts, ChainConfig config) {
        this.contracts = contracts;
        this.config = config;
        this.escrow = new EscrowCalls(Address.of(config.escrow()));
    }

    /** Number of the newest block. */
    public Uni<Long> head() {
        return contracts.head();
    }

    /** As {@link #channels}. One that nobody paid into is read as zeros. */
    public Uni<ChannelReading> channel(ChannelId id) {
        return channels(List.of(id)).map(List::getFirst);
    }

    /**
     * Channels, in the order asked, all at the newest block. Whoever brought it and whoever asks: a large deposit is no part
     * of a balance before it is as deep as {@link ChainConfig#depthOf} says.
     */
    public Uni<List<ChannelReading>> channels(List<ChannelId> ids) {
        return head().chain(block -> channelsAt(ids, block).chain(newest -> settled(ids, newest, block)));
    }

    /** Only a channel with a large balance can have had a large deposit: for the others nothing more is asked. */
    private Uni<List<ChannelReading>> settled(List<ChannelId> ids, List<ChannelReading> newest, long block) {
        var large = IntStream.range(0, ids.size())
                .filter(i -> config.depthOf(newest.get(i).balance()) > 0)
                .boxed()
                .toList();
        if (large.isEmpty()) {
            return Uni.createFrom().item(newest);
        }
        int depth = config.depthOf(newest.get(large.getFirst()).balance());
        var calls = large.stream().map(i -> escrow.channels(ids.get(i))).toList();
        return contracts.read(calls, Math.max(0, block - depth)).map(answers -> {
            var settled = new ArrayList<>(newest);
            for (int i = 0; i < answers.size(); i++) {
                var before = new AbiReader(answers.get(i), 2).uint(0, 128);
                settled.set(large.get(i), newest.get(large.get(i)).withoutRise(before, config::depthOf));
            }
            return List.copyOf(settled);
        });
    }

    /** Channels, in the order asked, at {@code block}: one that is deep enough to be believed. */
    public Uni<List<ChannelReading>> channelsAt(List<ChannelId> ids, long block) {
        var calls = ids.stream()
                .flatMap(id ->
                        List.of(escrow.channels(id), escrow.pendingWithdrawals(id), escrow.refundNonce(id)).stream())
                .toList();
        return contracts.read(calls, block).map(answers -> {
            var channels = new ArrayList<ChannelReading>();
            for (int i = 0; i < answers.size(); i += CALLS_A_CHANNEL) {
                channels.add(channel(block, answers.subList(i, i + CALLS_A_CHANNEL)));
            }
            return channels;
        });
    }

    private static ChannelReading channel(long block, List<byte[]> answers) {
        var totals = new AbiReader(answers.get(0), 2);
        var withdrawal = new AbiReader(answers.get(1), 2);
        return new ChannelReading(
                block,
                totals.uint(0, 128),
                totals.uint(1, 128),
                withdrawal.uint(1, 40).longValueExact(),
                new AbiReader(answers.get(2), 1).uint(0, 256));
    }

    /** What was claimed for {@code receiver}, and what of that was paid out. */
    public Uni<ReceiverReading> receiver(Address receiver, Address token) {
        return read(escrow.receivers(receiver, token))
                .map(answer -> new AbiReader(answer, 2))
                .map(totals -> new ReceiverReading(totals.uint(0, 128), totals.uint(1, 128)));
    }

    /** Token units that {@code holder} has. */
    public Uni<BigInteger> balance(Address token, Address holder) {
        return read(new TokenCalls(token).balanceOf(holder)).map(answer -> new AbiReader(answer, 1).uint(0, 256));
    }

    /** Whether an EIP-3009 authorization was used or cancelled. */
    public Uni<Boolean> authorizationUsed(Address token, Address authorizer, Bytes32 nonce) {
        return read(new TokenCalls(token).authorizationState(authorizer, nonce))
                .map(answer -> new AbiReader(answer, 1).bool(0));
    }

    /** Whether there is a contract at {@code address}. */
    public Uni<Boolean> hasCode(Address address) {
        return contracts.hasCode(address);
    }

    /** Whether a contract signed {@code digest} (ERC-1271); an account without code never did. */
    public Uni<Boolean> signedByContract(Address wallet, Bytes32 digest, byte[] signature) {
        return contracts
                .attempt(new WalletCalls(wallet).isValidSignature(digest, signature))
                .map(answer -> answer.filter(WalletCalls::isYes).isPresent());
    }

    /** What a call would do if {@code from} sent it now. */
    public Uni<Simulation> simulate(Address from, Call call) {
        return contracts.simulate(from, call);
    }

    private Uni<byte[]> read(Call call) {
        return head().chain(block -> contracts.read(List.of(call), block)).map(List::getFirst);
    }
}
