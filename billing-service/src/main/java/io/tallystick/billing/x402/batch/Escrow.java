package io.tallystick.billing.x402.batch;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.ChainConfig;
import io.tallystick.billing.chain.ChainReads;
import io.tallystick.billing.chain.ChannelReading;
import io.tallystick.billing.chain.abi.EscrowCalls;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.ChannelTimes;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.signature.ChannelConfig;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.billing.signature.Domain;
import io.tallystick.billing.signature.EscrowDigests;
import io.tallystick.billing.signature.Secp256k1;
import io.tallystick.billing.x402.X402Config;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The batch-settlement contract as payments see it: its digests, its calls, and channels as it has them now. */
@ApplicationScoped
public class Escrow {
    private final ChainReads reads;
    private final Channels channels;
    private final Secp256k1 secp256k1;
    private final EscrowDigests digests;
    private final EscrowCalls calls;
    private final Address erc3009Collector;
    private final Duration trustChainFor;

    Escrow(ChainReads reads, Channels channels, Secp256k1 secp256k1, ChainConfig chain, X402Config config) {
        var contract = Address.of(chain.escrow());
        this.reads = reads;
        this.channels = channels;
        this.secp256k1 = secp256k1;
        this.digests = new EscrowDigests(Domain.ofEscrow(chain.id(), contract));
        this.calls = new EscrowCalls(contract);
        this.erc3009Collector = Address.of(chain.erc3009Collector());
        this.trustChainFor = config.trustChainFor();
    }

    public EscrowDigests digests() {
        return digests;
    }

    public EscrowCalls calls() {
        return calls;
    }

    Address erc3009Collector() {
        return erc3009Collector;
    }

    /** Whether a payload's channel is as offered and its voucher signed. */
    public Terms.Checked check(Terms terms, BatchPayload payload) {
        return terms.check(payload, digests, secp256k1);
    }

    /** A channel at the newest block. */
    public Uni<ChannelReading> read(ChannelId id) {
        return reads.channel(id);
    }

    /** A channel at {@code block}: one that nothing can undo. */
    Uni<ChannelReading> readFinal(ChannelId id, long block) {
        return reads.channelsAt(List.of(id), block).map(List::getFirst);
    }

    /**
     * A channel as we know it; read from the chain if we do not, or not lately. Empty if nobody ever paid into it: a
     * stranger's channel is not written down.
     */
    Uni<Optional<Channel>> known(String tenant, ChannelConfig config, ChannelId id, Asset asset, Instant now) {
        return channels.find(id)
                .chain(found -> found.filter(times -> isFresh(times, now)).isPresent()
                        ? Uni.createFrom().item(found.map(ChannelTimes::channel))
                        : lookedUp(tenant, config, id, asset, now));
    }

    /** A channel after reading it at the newest block. */
    Uni<Optional<Channel>> lookedUp(String tenant, ChannelConfig config, ChannelId id, Asset asset, Instant now) {
        return read(id).chain(reading -> channels.seen(id, reading, now)
                .chain(known -> known.isPresent() || isUntouched(reading)
                        ? Uni.createFrom().item(known)
                        : channels.open(Channel.opened(id, tenant, config, asset, reading), now)
                                .chain(() -> channels.seen(id, reading, now))));
    }

    private static boolean isUntouched(ChannelReading reading) {
        return reading.balance().signum() == 0 && reading.totalClaimed().signum() == 0;
    }

    private boolean isFresh(ChannelTimes times, Instant now) {
        return times.seenAt().plus(trustChainFor).isAfter(now);
    }
}
