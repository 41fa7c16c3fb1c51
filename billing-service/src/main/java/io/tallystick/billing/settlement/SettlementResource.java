package io.tallystick.billing.settlement;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.Attempt;
import io.tallystick.billing.chain.Inclusion;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.TransactionState;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.chain.worker.Offloaded;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** A provider's settlements, and the wish for one now. */
@Path("/v1/settlements")
class SettlementResource {
    private static final String NEWEST = "9223372036854775807";

    private final Settlements settlements;
    private final Transactions transactions;
    private final Planner planner;
    private final Follower follower;
    private final Offloaded offloaded;
    private final Caller caller;

    SettlementResource(
            Settlements settlements,
            Transactions transactions,
            Planner planner,
            Follower follower,
            Offloaded offloaded,
            Caller caller) {
        this.settlements = settlements;
        this.transactions = transactions;
        this.planner = planner;
        this.follower = follower;
        this.offloaded = offloaded;
        this.caller = caller;
    }

    /** At most a hundred, newest first; {@code next} asks for those before. */
    @GET
    @RequiresScope("billing:read")
    public Uni<Page> list(@RestQuery @DefaultValue(NEWEST) long before) {
        return settlements.page(caller.tenant(), before).chain(this::shown).map(Page::of);
    }

    @GET
    @Path("/{id}")
    @RequiresScope("billing:read")
    public Uni<Shown> get(@RestPath String id) {
        return settlements
                .find(caller.tenant(), uuid(id))
                .map(found -> found.map(List::of).orElseThrow(SettlementResource::unknown))
                .chain(this::shown)
                .map(List::getFirst);
    }

    /** Claims all that the provider's channels owe, due or not. Asked twice, it plans what is left: often nothing. */
    @POST
    @RequiresScope("settlement:run")
    public Uni<Run> run() {
        var tenant = caller.tenant();
        var now = Instant.now();
        return offloaded
                .of(() -> {
                    var planned = planner.planAll(tenant, now);
                    follower.follow(now);
                    return planned;
                })
                .map(Run::of);
    }

    private Uni<List<Shown>> shown(List<Followed> page) {
        var keys = page.stream()
                .map(followed -> followed.settlement().intent().key())
                .toList();
        return transactions.find(keys).map(found -> {
            var byKey = found.stream()
                    .collect(
                            Collectors.toMap(transaction -> transaction.intent().key(), Function.identity()));
            return page.stream().map(followed -> Shown.of(followed, byKey)).toList();
        });
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw unknown();
        }
    }

    private static ProblemException unknown() {
        return new ProblemException(
                Problem.of("unknown-settlement", "No such settlement", 404, "List your settlements first."));
    }

    /** @param next the value of {@code before} for the page that follows; absent on the last */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Page(List<Shown> settlements, String next) {
        static Page of(List<Shown> settlements) {
            var last = settlements.stream().min(Comparator.comparingLong(Shown::number));
            var more = settlements.size() == Settlements.PAGE;
            return new Page(settlements, more ? Long.toString(last.orElseThrow().number()) : null);
        }
    }

    /**
     * Token units and wei are decimal strings.
     *
     * @param transactions every attempt, oldest first
     * @param transaction hash of the one that was mined; absent before, as are the fields that follow
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Shown(
            String id,
            long number,
            String state,
            String asset,
            String receiver,
            String amount,
            List<ClaimShown> claims,
            List<AttemptShown> transactions,
            String transaction,
            String gasUsed,
            String feeWei,
            String block,
            Instant plannedAt) {

        static Shown of(Followed followed, Map<String, Transaction> transactions) {
            var settlement = followed.settlement();
            var transaction =
                    Optional.ofNullable(transactions.get(settlement.intent().key()));
            var inclusion = transaction.flatMap(sent -> inclusion(sent.state()));
            return new Shown(
                    settlement.id().toString(),
                    followed.number(),
                    transaction.map(sent -> sent.state().word()).orElse(followed.state()),
                    settlement.amount().asset().id(),
                    settlement.receiver().hex(),
                    settlement.amount().units().toString(),
                    settlement.claims().stream().map(ClaimShown::of).toList(),
                    transaction.stream()
                            .flatMap(sent -> sent.attempts().stream())
                            .map(attempt -> AttemptShown.of(
                                    attempt, inclusion.map(in -> in.hash()).filter(attempt.hash()::equals)))
                            .toList(),
                    inclusion.map(in -> in.hash().hex()).orElse(null),
                    inclusion.map(in -> Long.toString(in.gasUsed())).orElse(null),
                    inclusion
                            .map(in -> in.gasPriceWei()
                                    .multiply(BigInteger.valueOf(in.gasUsed()))
                                    .toString())
                            .orElse(null),
                    inclusion.map(in -> Long.toString(in.block())).orElse(null),
                    settlement.plannedAt());
        }

        private static Optional<Inclusion> inclusion(TransactionState state) {
            return switch (state) {
                case TransactionState.Mined(var _, var in) -> Optional.of(in);
                case TransactionState.Final(var in) -> Optional.of(in);
                case TransactionState.Reverted(var in) -> Optional.of(in);
                case TransactionState.Planned _,
                        TransactionState.Signed _,
                        TransactionState.Sent _,
                        TransactionState.Refused _ -> Optional.empty();
            };
        }
    }

    /** @param total the channel's running total once claimed */
    record ClaimShown(String channelId, String total, String added) {
        static ClaimShown of(Settlement.Claim claim) {
            return new ClaimShown(
                    claim.channel().hex(),
                    claim.total().units().toString(),
                    claim.added().units().toString());
        }
    }

    record AttemptShown(String hash, long nonce, String maxFeeWei, String tipWei, Instant signedAt, boolean mined) {
        static AttemptShown of(Attempt attempt, Optional<Bytes32> minedHash) {
            return new AttemptShown(
                    attempt.hash().hex(),
                    attempt.nonce(),
                    attempt.fees().maxFeeWei().toString(),
                    attempt.fees().tipWei().toString(),
                    attempt.signedAt(),
                    minedHash.isPresent());
        }
    }

    /** @param refused channels that would make a claim fail, left out of it */
    record Run(List<String> settlements, List<RefusedShown> refused) {
        static Run of(Planner.Planned planned) {
            return new Run(
                    planned.settlements().stream().map(s -> s.id().toString()).toList(),
                    planned.refused().stream()
                            .map(refusal -> new RefusedShown(
                                    refusal.element().channel().id().hex(), refusal.reason()))
                            .toList());
        }
    }

    record RefusedShown(String channelId, String reason) {}
}
