package io.tallystick.billing.settlement;

import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.ChainConfig;
import io.tallystick.billing.chain.ChainReads;
import io.tallystick.billing.chain.ChainSigner;
import io.tallystick.billing.chain.Simulation;
import io.tallystick.billing.chain.abi.EscrowCalls;
import io.tallystick.billing.chain.engine.Faults;
import io.tallystick.billing.channel.Channel;
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
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Chooses what is claimed. Waits for answers, so it is called on a thread that may. */
@ApplicationScoped
public class Planner {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A payer that leaves has fifteen minutes at least, and so have we. */
    private static final Duration URGENT_RETRY = Duration.ofSeconds(30);

    private final Exposures exposures;
    private final Channels channels;
    private final Settlements settlements;
    private final Readings readings;
    private final ChainReads reads;
    private final ChainSigner signer;
    private final SettlementConfig config;
    private final SettlementMetrics metrics;
    private final SettlementTraces traces;
    private final Faults faults;
    private final EscrowCalls escrow;

    Planner(
            Exposures exposures,
            Channels channels,
            Settlements settlements,
            Readings readings,
            ChainReads reads,
            ChainSigner signer,
            SettlementConfig config,
            ChainConfig chain,
            SettlementMetrics metrics,
            SettlementTraces traces,
            Faults faults) {
        this.exposures = exposures;
        this.channels = channels;
        this.settlements = settlements;
        this.readings = readings;
        this.reads = reads;
        this.signer = signer;
        this.config = config;
        this.metrics = metrics;
        this.traces = traces;
        this.faults = faults;
        this.escrow = new EscrowCalls(Address.of(chain.escrow()));
    }

    /** Plans what is due. */
    public Planned planDue(Instant now) {
        signer.address().ifPresent(sender -> metrics.exposed(sums(sender)));
        return plan(now, sender -> exposures.due(sender, now));
    }

    /** Plans what {@code tenant} may claim, due or not, as much as is looked at in one turn. */
    public Planned planAll(String tenant, Instant now) {
        var claims = plan(now, sender -> exposures.of(tenant, sender));
        return signer.address().isEmpty() ? claims : claims.plus(payouts(tenant, now));
    }

    /** What was claimed without being paid out, such as by another server. A claim pays out as well, so after claims. */
    private List<Settlement> payouts(String tenant, Instant now) {
        var planned = new ArrayList<Settlement>();
        for (var payout : exposures.payouts(tenant).await().atMost(PATIENCE)) {
            var token = payout.asset().contract();
            var owed = reads.receiver(payout.receiver(), token)
                    .await()
                    .atMost(PATIENCE)
                    .unsettled();
            if (owed.signum() > 0) {
                var settlement = new Settlement(
                        UUID.randomUUID(),
                        tenant,
                        payout.receiver(),
                        new TokenAmount(payout.asset(), owed),
                        escrow.settle(payout.receiver(), token),
                        List.of(),
                        now);
                settlements.plan(settlement).await().atMost(PATIENCE);
                planned.add(settlement);
            }
        }
        return planned;
    }

    private Exposures.Sums sums(Address sender) {
        return exposures.sums(sender).await().atMost(PATIENCE);
    }

    private Planned plan(Instant now, Function<Address, Uni<List<ChannelId>>> wanted) {
        var sender = signer.address();
        if (sender.isEmpty()) {
            return new Planned(List.of(), List.of());
        }
        var claims = wanted.apply(sender.get()).chain(channels::find).await().atMost(PATIENCE).stream()
                .flatMap(channel -> Claimable.of(channel, sender.get()).stream())
                .toList();
        var planned = new ArrayList<Settlement>();
        var refused = new ArrayList<Refusal<Claimable>>();
        for (var batch : Batches.of(claims)) {
            var sifted = Batches.sift(batch, rows -> refusal(sender.get(), rows));
            faults.at(Faults.Point.SETTLEMENT_CHOSEN);
            readAgain(sifted.refused(), now);
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
    record Planned(List<Settlement> settlements, List<Refusal<Claimable>> refused) {
        Planned plus(List<Settlement> more) {
            return new Planned(
                    Stream.concat(settlements.stream(), more.stream()).toList(), refused);
        }
    }

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

    /**
     * What the contract refuses we believe wrongly, so it is read again: if the payer took its deposit out, the channel
     * serves no more, and what is left may be claimed at the next look. Only a channel that is as we thought is left alone.
     */
    private void readAgain(List<Refusal<Claimable>> refused, Instant now) {
        if (refused.isEmpty()) {
            return;
        }
        var ids = refused.stream().map(r -> r.element().channel().id()).toList();
        readings.newest(ids, now);
        var after = channels.find(ids).await().atMost(PATIENCE).stream()
                .collect(Collectors.toMap(Channel::id, Function.identity()));
        for (var refusal : refused) {
            var before = refusal.element().channel();
            var channel = after.getOrDefault(before.id(), before);
            report(channel, refusal.reason());
            if (!channel.chain().balance().equals(before.chain().balance())
                    || channel.claimed().exceeds(before.claimed())) {
                continue;
            }
            var shortest = channel.closing() && URGENT_RETRY.compareTo(config.retryAfter()) < 0;
            channels.leaveAlone(channel.id(), now.plus(shortest ? URGENT_RETRY : config.retryAfter()))
                    .await()
                    .atMost(PATIENCE);
        }
    }

    private void report(Channel channel, String reason) {
        metrics.refused();
        Log.errorf(
                "a channel cannot be claimed, channel=%s, tenant=%s, exposure=%s, cause=%s",
                channel.id(), channel.tenant(), channel.exposure().units(), reason);
    }
}
