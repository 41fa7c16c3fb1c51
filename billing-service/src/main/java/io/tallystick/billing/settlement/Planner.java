package io.tallystick.billing.settlement;

import io.quarkus.logging.Log;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.ChainConfig;
import io.tallystick.billing.chain.ChainReads;
import io.tallystick.billing.chain.ChainSigner;
import io.tallystick.billing.chain.Simulation;
import io.tallystick.billing.chain.abi.EscrowCalls;
import io.tallystick.billing.chain.engine.Faults;
import io.tallystick.billing.channel.ChannelTimes;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.settlement.Batches.Refusal;
import io.tallystick.billing.settlement.Settlement.Claim;
import io.tallystick.billing.signature.ChannelId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Chooses what is claimed. Waits for answers, so it is called on a thread that may. */
@ApplicationScoped
public class Planner {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Channels channels;
    private final Settlements settlements;
    private final ChainReads reads;
    private final ChainSigner signer;
    private final SettlementConfig config;
    private final SettlementMetrics metrics;
    private final SettlementTraces traces;
    private final Faults faults;
    private final EscrowCalls escrow;
    private final ClaimRules rules;
    /** Until when a channel that makes a claim fail is left alone. Lost with the process, which costs a simulation. */
    private final Map<ChannelId, Instant> leftAlone = new ConcurrentHashMap<>();

    Planner(
            Channels channels,
            Settlements settlements,
            ChainReads reads,
            ChainSigner signer,
            SettlementConfig config,
            ChainConfig chain,
            SettlementMetrics metrics,
            SettlementTraces traces,
            Faults faults) {
        this.channels = channels;
        this.settlements = settlements;
        this.reads = reads;
        this.signer = signer;
        this.config = config;
        this.metrics = metrics;
        this.traces = traces;
        this.faults = faults;
        this.escrow = new EscrowCalls(Address.of(chain.escrow()));
        this.rules = new ClaimRules(config.thresholdUnits(), config.maxAge());
    }

    /** Plans what is due. */
    public Planned planDue(Instant now) {
        leftAlone.values().removeIf(until -> until.isBefore(now));
        return plan(
                now,
                channel -> rules.due(channel, now)
                        && !leftAlone.containsKey(channel.channel().id()));
    }

    /** Plans everything that {@code tenant} may claim, due or not. */
    public Planned planAll(String tenant, Instant now) {
        return plan(now, channel -> channel.channel().tenant().equals(tenant));
    }

    private Planned plan(Instant now, Predicate<ChannelTimes> wanted) {
        var sender = signer.address();
        if (sender.isEmpty()) {
            return new Planned(List.of(), List.of());
        }
        var exposed = channels.exposedBefore(now.plusSeconds(1), config.channelsAtOnce())
                .await()
                .atMost(PATIENCE);
        metrics.exposed(exposed);
        var busy = settlements.busyChannels().await().atMost(PATIENCE);
        var claims = exposed.stream()
                .filter(wanted)
                .filter(channel -> !busy.contains(channel.channel().id()))
                .flatMap(channel -> Claimable.of(channel.channel(), sender.get()).stream())
                .toList();
        var planned = new ArrayList<Settlement>();
        var refused = new ArrayList<Refusal<Claimable>>();
        for (var batch : Batches.of(claims)) {
            var sifted = Batches.sift(batch, rows -> refusal(sender.get(), rows));
            faults.at(Faults.Point.SETTLEMENT_CHOSEN);
            sifted.refused().forEach(refusal -> leaveAlone(refusal, now));
            refused.addAll(sifted.refused());
            if (!sifted.accepted().isEmpty()) {
                store(sifted.accepted(), now, planned);
            }
        }
        return new Planned(planned, refused);
    }

    /**
     * What a look at the channels came to.
     *
     * @param refused channels that would make a claim fail
     */
    record Planned(List<Settlement> settlements, List<Refusal<Claimable>> refused) {}

    /** A batch with a channel of a settlement that is open is not stored: the next look finds the channel again. */
    private void store(List<Claimable> claims, Instant now, List<Settlement> planned) {
        var settlement = settlement(claims, now);
        if (traces.planning(
                settlement, () -> settlements.plan(settlement).await().atMost(PATIENCE))) {
            faults.at(Faults.Point.SETTLEMENT_PLANNED);
            planned.add(settlement);
        } else if (claims.size() > 1) {
            claims.forEach(claim -> store(List.of(claim), now, planned));
        }
    }

    private Settlement settlement(List<Claimable> claims, Instant now) {
        var first = claims.getFirst().channel();
        var amount =
                claims.stream().map(Claimable::added).reduce(TokenAmount::plus).orElseThrow();
        return new Settlement(
                UUID.randomUUID(),
                first.tenant(),
                first.config().receiver(),
                amount,
                call(claims),
                claims.stream()
                        .map(claim -> new Claim(claim.channel().id(), claim.total(), claim.added()))
                        .toList(),
                now);
    }

    /** Claims, and pays out what was claimed, in one transaction. */
    private Call call(List<Claimable> claims) {
        var config = claims.getFirst().channel().config();
        return escrow.multicall(List.of(
                escrow.claim(claims.stream().map(Claimable::row).toList()),
                escrow.settle(config.receiver(), config.token())));
    }

    private String refusal(Address sender, List<Claimable> claims) {
        return switch (reads.simulate(sender, call(claims)).await().atMost(PATIENCE)) {
            case Simulation.Succeeds _ -> "";
            case Simulation.Reverts(var reason) -> reason.isBlank() ? "no reason given" : reason;
        };
    }

    private void leaveAlone(Refusal<Claimable> refusal, Instant now) {
        var channel = refusal.element().channel();
        leftAlone.put(channel.id(), now.plus(config.retryAfter()));
        metrics.refused();
        Log.errorf(
                "a channel cannot be claimed, channel=%s, tenant=%s, exposure=%s, cause=%s",
                channel.id(), channel.tenant(), channel.exposure().units(), refusal.reason());
    }
}
