package io.tallystick.acceptance.model;

import io.tallystick.billing.chain.ChannelReading;
import io.tallystick.billing.chain.Inclusion;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.ChannelId;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * A chain small enough to look through: a pool, blocks, and reorganisations that never reach a final block. Funds move as
 * the batch-settlement contract moves them: a claim does not lower the balance, a claimed row is skipped, a ceiling or
 * balance exceeded refuses the claim, a refund takes at most what is neither claimed nor gone.
 */
final class ToyChain {
    /** Blocks on top of one before it is final. */
    static final int CONFIRMATIONS = 3;

    /** What the contract knows of a channel. */
    record Funds(long balance, long claimed, long leavingSince, long refunds) {
        static final Funds NONE = new Funds(0, 0, 0, 0);
    }

    /** @param nonce of the provider's signer; -1 for a payer's own transaction */
    record Tx(Bytes32 hash, long nonce, ChannelId channel, Action action) {}

    sealed interface Action {}

    record Deposit(long units) implements Action {}

    record Claim(long ceiling, long total) implements Action {}

    record Refund(long units, long refundNonce) implements Action {}

    record Leave() implements Action {}

    record Exit() implements Action {}

    private record Block(
            Bytes32 hash, Map<ChannelId, Funds> funds, long usedNonces, List<Tx> included, Set<Bytes32> refused) {}

    private final List<Block> blocks = new ArrayList<>();
    private final List<Tx> pool = new ArrayList<>();
    private long finalBlock;
    private long minedEver;

    ToyChain() {
        blocks.add(new Block(bytes32(0, 0), Map.of(), 0, List.of(), Set.of()));
    }

    long head() {
        return blocks.size() - 1L;
    }

    /** The newest block that no reorganisation undoes. */
    long finalBlock() {
        return finalBlock;
    }

    long usedNonces(long block) {
        return blocks.get((int) block).usedNonces();
    }

    Funds funds(ChannelId channel, long block) {
        return blocks.get((int) block).funds().getOrDefault(channel, Funds.NONE);
    }

    ChannelReading read(ChannelId channel, long block) {
        var funds = funds(channel, block);
        return new ChannelReading(
                block,
                BigInteger.valueOf(funds.balance()),
                BigInteger.valueOf(funds.claimed()),
                funds.leavingSince(),
                BigInteger.valueOf(funds.refunds()));
    }

    /** Takes a transaction once, however often it is sent. A nonce that is used is answered as nodes do: not taken. */
    void send(Tx tx) {
        if (tx.nonce() >= 0 && tx.nonce() < usedNonces(head())) {
            return;
        }
        if (!pool.contains(tx) && !everything().contains(tx)) {
            pool.add(tx);
        }
    }

    /** Where one of {@code hashes} is in the chain, if any is. */
    Optional<Inclusion> inclusion(Collection<Bytes32> hashes) {
        for (int number = 0; number < blocks.size(); number++) {
            var block = blocks.get(number);
            for (var tx : block.included()) {
                if (hashes.contains(tx.hash())) {
                    var succeeded = !block.refused().contains(tx.hash());
                    return Optional.of(
                            new Inclusion(tx.hash(), number, block.hash(), succeeded, 21_000, BigInteger.ONE));
                }
            }
        }
        return Optional.empty();
    }

    /** How often each nonce's transaction is in the chain. */
    List<Tx> everything() {
        return blocks.stream().flatMap(block -> block.included().stream()).toList();
    }

    /** A new block with some of the pool in it, each signer's transactions in the order of their nonces. */
    void mine(Random random, boolean all) {
        var funds = new HashMap<>(blocks.getLast().funds());
        var used = blocks.getLast().usedNonces();
        var included = new ArrayList<Tx>();
        var refused = new HashSet<Bytes32>();
        Collections.shuffle(pool, random);
        for (boolean more = true; more; ) {
            more = false;
            for (var tx : List.copyOf(pool)) {
                var turn = tx.nonce() < 0 ? !included.contains(tx) : tx.nonce() == used;
                if (turn && (all || random.nextInt(4) > 0)) {
                    pool.remove(tx);
                    included.add(tx);
                    used += tx.nonce() < 0 ? 0 : 1;
                    more = true;
                    var before = funds.getOrDefault(tx.channel(), Funds.NONE);
                    apply(tx.action(), before, head() + 1)
                            .ifPresentOrElse(after -> funds.put(tx.channel(), after), () -> refused.add(tx.hash()));
                }
            }
        }
        var nextNonce = used;
        pool.removeIf(tx -> tx.nonce() >= 0 && tx.nonce() < nextNonce);
        minedEver++;
        blocks.add(new Block(
                bytes32(minedEver, head()), Map.copyOf(funds), used, List.copyOf(included), Set.copyOf(refused)));
        finalBlock = Math.max(finalBlock, head() - CONFIRMATIONS);
    }

    private static Optional<Funds> apply(Action action, Funds funds, long block) {
        var free = funds.balance() - funds.claimed();
        return switch (action) {
            case Deposit(var units) ->
                Optional.of(new Funds(funds.balance() + units, funds.claimed(), funds.leavingSince(), funds.refunds()));
            case Claim(var ceiling, var total) when total > ceiling || total > funds.balance() -> Optional.empty();
            case Claim(var _, var total) ->
                Optional.of(new Funds(
                        funds.balance(), Math.max(total, funds.claimed()), funds.leavingSince(), funds.refunds()));
            case Refund(var _, var nonce) when nonce != funds.refunds() -> Optional.empty();
            case Refund(var units, var _) ->
                Optional.of(new Funds(
                        funds.balance() - Math.min(units, free),
                        funds.claimed(),
                        funds.leavingSince(),
                        funds.refunds() + 1));
            case Leave _ -> Optional.of(new Funds(funds.balance(), funds.claimed(), block, funds.refunds()));
            case Exit _ when funds.leavingSince() == 0 -> Optional.empty();
            case Exit _ -> Optional.of(new Funds(funds.claimed(), funds.claimed(), 0, funds.refunds()));
        };
    }

    /** Undoes the newest blocks, as many as are not final. Their transactions wait again; some are lost. */
    void reorganise(Random random) {
        var depth = 1 + random.nextInt(CONFIRMATIONS);
        for (int i = 0; i < depth && head() > finalBlock; i++) {
            for (var tx : blocks.removeLast().included()) {
                if (random.nextInt(3) > 0) {
                    pool.add(tx);
                }
            }
        }
    }

    static Bytes32 bytes32(long high, long low) {
        return new Bytes32("0x" + "%032x%032x".formatted(high, low));
    }
}
