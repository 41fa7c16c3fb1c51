package io.tallystick.billing.chain.engine;

import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.Inclusion;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.Hex;
import io.tallystick.billing.signature.Keccak;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.web3j.rlp.RlpDecoder;
import org.web3j.rlp.RlpList;
import org.web3j.rlp.RlpString;

/** A chain with one account. It forgets, reorganises, falls silent and lets a stranger use the account. */
final class SimulatedChain implements Node {
    private record Sent(Bytes32 hash, long nonce, BigInteger fee, String data) {}

    private record Block(Bytes32 hash, List<Sent> transactions) {}

    private final Random random;
    private final List<Block> blocks = new ArrayList<>();
    private final TreeMap<Long, Sent> pool = new TreeMap<>();
    private long made;
    /** In percent: how often an answer is lost, before or after it took effect. */
    int silence;

    SimulatedChain(Random random) {
        this.random = random;
        mine();
    }

    void mine() {
        var included = new ArrayList<Sent>();
        long next = count(blocks.size() - 1);
        while (pool.containsKey(next) && random.nextInt(5) > 0) {
            included.add(pool.remove(next));
            next++;
        }
        pool.headMap(next).clear();
        blocks.add(new Block(Bytes32.of(Keccak.hash(BigInteger.valueOf(made++).toByteArray())), included));
    }

    /** The newest blocks never were. What they had waits again, or is forgotten; the new branch is one block longer. */
    void reorganise(int depth) {
        for (int i = 0; i < depth && blocks.size() > 1; i++) {
            for (var sent : blocks.removeLast().transactions()) {
                if (random.nextBoolean()) {
                    pool.putIfAbsent(sent.nonce(), sent);
                }
            }
        }
        for (int i = 0; i <= depth; i++) {
            mine();
        }
    }

    void forgetPool() {
        pool.clear();
    }

    /** Somebody else with the key sends at the next nonce, for more than anybody offered. */
    void stranger() {
        long nonce = count(blocks.size() - 1);
        var hash = Bytes32.of(Keccak.hash(BigInteger.valueOf(- ++made).toByteArray()));
        pool.put(nonce, new Sent(hash, nonce, BigInteger.TWO.pow(200), "stranger"));
    }

    long executions(String data) {
        return blocks.stream()
                .flatMap(block -> block.transactions().stream())
                .filter(sent -> sent.data().equals(data))
                .count();
    }

    private void mayBeSilent() {
        if (random.nextInt(100) < silence) {
            throw new NodeSilentException("lost", null);
        }
    }

    @Override
    public Head newest() {
        mayBeSilent();
        var last = blocks.getLast();
        return new Head(blocks.size() - 1, last.hash(), BigInteger.valueOf(1_000 + random.nextInt(100)));
    }

    @Override
    public long finalizedBlock() {
        return 0;
    }

    @Override
    public long transactionCount(Address account, long block) {
        mayBeSilent();
        return count(Math.min(block, blocks.size() - 1));
    }

    private long count(long block) {
        return blocks.stream()
                .limit(block + 1)
                .mapToLong(b -> b.transactions().size())
                .sum();
    }

    @Override
    public Map<Bytes32, Inclusion> receipts(List<Bytes32> hashes) {
        mayBeSilent();
        var receipts = new HashMap<Bytes32, Inclusion>();
        for (int number = 0; number < blocks.size(); number++) {
            for (var sent : blocks.get(number).transactions()) {
                if (hashes.contains(sent.hash())) {
                    receipts.put(
                            sent.hash(),
                            new Inclusion(
                                    sent.hash(), number, blocks.get(number).hash(), true, 21_000, BigInteger.ONE));
                }
            }
        }
        return receipts;
    }

    @Override
    public Estimate estimate(Address from, Call call) {
        mayBeSilent();
        return new Estimate.Gas(21_000);
    }

    @Override
    public SendAnswer send(String raw) {
        mayBeSilent();
        var answer = take(decoded(raw));
        mayBeSilent();
        return answer;
    }

    private SendAnswer take(Sent sent) {
        if (sent.nonce() < count(blocks.size() - 1)) {
            return SendAnswer.NONCE_USED;
        }
        var waiting = pool.get(sent.nonce());
        if (waiting != null && !waiting.hash().equals(sent.hash())) {
            var enough = waiting.fee().multiply(BigInteger.valueOf(110)).divide(BigInteger.valueOf(100));
            if (sent.fee().compareTo(enough) < 0) {
                return SendAnswer.UNDERPRICED;
            }
        }
        pool.put(sent.nonce(), sent);
        return SendAnswer.TAKEN;
    }

    private static Sent decoded(String raw) {
        var bytes = Hex.decode(raw);
        var body = Arrays.copyOfRange(bytes, 1, bytes.length);
        var fields = ((RlpList) RlpDecoder.decode(body).getValues().getFirst()).getValues();
        return new Sent(
                Bytes32.of(Keccak.hash(bytes)),
                ((RlpString) fields.get(1)).asPositiveBigInteger().longValueExact(),
                ((RlpString) fields.get(3)).asPositiveBigInteger(),
                Hex.encode(((RlpString) fields.get(7)).getBytes()));
    }
}
