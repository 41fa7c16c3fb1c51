package io.tallystick.billing.x402;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.payment.Attempt;
import io.tallystick.billing.payment.Authorization;
import io.tallystick.billing.payment.Call;
import io.tallystick.billing.payment.Hold;
import io.tallystick.billing.payment.HoldState;
import io.tallystick.billing.payment.Settlement;
import io.tallystick.billing.payment.hold.Payments;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.RestPath;

/** Authorize, capture and void for the gateway. A refusal is an answer: its headers go to the payer as they are. */
@Path("/v1/payments")
@RequiresScope("payments:authorize")
class PaymentsResource {
    private static final int LONGEST_REASON = 200;

    private final Payments payments;
    private final Offers offers;
    private final PaymentRequired required;
    private final PrepaidAnswers prepaid;
    private final Wire wire;
    private final Caller caller;

    PaymentsResource(
            Payments payments,
            Offers offers,
            PaymentRequired required,
            PrepaidAnswers prepaid,
            Wire wire,
            Caller caller) {
        this.payments = payments;
        this.offers = offers;
        this.required = required;
        this.prepaid = prepaid;
        this.wire = wire;
        this.caller = caller;
    }

    @POST
    @Path("/authorize")
    public Uni<Authorized> authorize(@NotNull @Valid AskedCall asked) {
        if (!asked.tenant().equals(caller.tenant())) {
            throw new ProblemException(Problem.of(
                    "wrong-tenant", "Another tenant's call", 403, "Authorize calls of your token's tenant only."));
        }
        var now = Instant.now();
        var call = asked.call();
        var maximum = units(asked.maximum());
        var paid = Optional.ofNullable(asked.payment()).flatMap(wire::payment);
        return offers.of(call, maximum, now)
                .map(offered -> payable(asked, offered))
                .chain(offered -> {
                    if (offered.isEmpty()) {
                        return Uni.createFrom()
                                .item(new Authorized.Refused(
                                        404, Map.of(), "There is no price for this route and model."));
                    }
                    if (paid.isPresent()) {
                        return pay(asked, maximum, offered, paid.get(), now);
                    }
                    return asked.account() != null && asked.serves()
                            ? prepaid.authorize(call, offered, asked.account(), answer -> answer(call, offered, answer))
                            : Uni.createFrom().item(refused(call, offered, Codes.PAYMENT_REQUIRED, Optional.empty()));
                });
    }

    @POST
    @Path("/{holdId}/capture")
    public Uni<Ended> capture(@RestPath UUID holdId, @NotNull @Valid Used used) {
        var now = Instant.now();
        return payments.capture(caller.tenant(), holdId, units(used.usage()), now)
                .chain(settlement -> ended(holdId, settlement, true, now));
    }

    @POST
    @Path("/{holdId}/void")
    public Uni<Ended> release(@RestPath UUID holdId, @NotNull @Valid GivenUp givenUp) {
        var now = Instant.now();
        return payments.release(caller.tenant(), holdId, givenUp.reason(), now)
                .chain(settlement -> ended(holdId, settlement, false, now));
    }

    @POST
    @Path("/{holdId}/renew")
    public Uni<Renewed> renew(@RestPath UUID holdId) {
        return payments.renew(caller.tenant(), holdId, Instant.now()).map(hold -> switch (hold.map(Hold::state)
                .orElseThrow(() -> unknown(holdId))) {
            case HoldState.Open(var until) -> new Renewed(until);
            case HoldState.Settling _, HoldState.Captured _, HoldState.Voided _, HoldState.Lapsed _ ->
                throw new ProblemException(Problem.of("hold-ended", "Hold not open", 409, "Authorize the call again."));
        });
    }

    private Uni<Authorized> pay(
            AskedCall asked, Map<String, BigInteger> maximum, List<Offer> offered, Wire.Payment paid, Instant now) {
        var call = asked.call();
        return offers.accepted(call, maximum, paid.accepted(), now)
                .map(accepted -> accepted.filter(offer -> offer.pays(asked.streamed())))
                .chain(accepted -> {
                    if (accepted.isEmpty()) {
                        return Uni.createFrom().item(refused(call, offered, Codes.NO_MATCH, Optional.empty()));
                    }
                    var offer = accepted.get();
                    var buyer = buyer(offer.scheme(), paid.payload());
                    var attempt = new Attempt(
                            call,
                            buyer,
                            offer.amount(),
                            offer.payTo(),
                            offer.issuedAt(),
                            wire.text(paid.payload()),
                            asked.streamed());
                    return payments.authorize(offer.scheme(), attempt, now)
                            .map(authorization -> answer(call, offered, authorization));
                });
    }

    private static List<Offer> payable(AskedCall asked, List<Offer> offers) {
        return offers.stream().filter(offer -> offer.pays(asked.streamed())).toList();
    }

    /** Nobody for a refund: who owes may still take back what is his. */
    private static Optional<Address> buyer(String scheme, JsonNode payload) {
        var batch = scheme.equals(Offers.BATCH_SETTLEMENT);
        if (batch && payload.path("type").asText().equals("refund")) {
            return Optional.empty();
        }
        var named = batch
                ? payload.path("channelConfig").path("payer")
                : payload.path("authorization").path("from");
        try {
            return Optional.of(Wire.address(named));
        } catch (IllegalArgumentException e) {
            // The scheme says what is wrong with it.
            return Optional.empty();
        }
    }

    private Authorized answer(Call call, List<Offer> offered, Authorization authorization) {
        return switch (authorization) {
            case Authorization.Held(var hold) -> held(hold);
            case Authorization.Replayed(var hold) -> replayed(hold);
            case Authorization.Done(var answer) -> new Authorized.Done(200, response(answer));
            case Authorization.Refused(var reason, var books) -> refused(call, offered, reason, books);
            case Authorization.Failed(var answer) -> new Authorized.Refused(402, response(answer), reason(answer));
        };
    }

    private Authorized refused(Call call, List<Offer> offered, String reason, Optional<Channel> books) {
        var header = required.header(call, offered, reason, books);
        return new Authorized.Refused(402, Map.of(PaymentRequired.HEADER, header), reason);
    }

    /** The gateway asked before and may have lost the answer: an open hold is answered as the first time. */
    private Authorized replayed(Hold hold) {
        return switch (hold.state()) {
            case HoldState.Open _ -> held(hold);
            case HoldState.Settling _ -> new Authorized.Replayed(hold.id(), "captured", Map.of());
            case HoldState.Captured(var _, var answer, var _) ->
                new Authorized.Replayed(hold.id(), "captured", response(answer));
            case HoldState.Voided(var _, var answer, var _) ->
                new Authorized.Replayed(hold.id(), "voided", response(answer));
            case HoldState.Lapsed _ -> new Authorized.Replayed(hold.id(), "voided", Map.of());
        };
    }

    private Authorized held(Hold hold) {
        var expires = hold.state() instanceof HoldState.Open(var until) ? until : Instant.EPOCH;
        return new Authorized.Held(
                hold.id(),
                hold.payer(),
                hold.scheme(),
                hold.maximum().units().toString(),
                expires,
                response(payments.announcement(hold)),
                "held");
    }

    private Uni<Ended> ended(UUID id, Settlement settlement, boolean wantedCapture, Instant now) {
        var ended = ended(id, settlement, wantedCapture);
        return prepaid.told(settlement, now).map(told -> told.isEmpty() ? ended : ended.with(told));
    }

    private Ended ended(UUID id, Settlement settlement, boolean wantedCapture) {
        return switch (settlement) {
            case Settlement.Captured(var _, var state) ->
                new Ended(state.charge().units().toString(), response(state.answer()), null, null);
            case Settlement.Voided(var _, var state)
            when wantedCapture ->
                new Ended("0", response(state.answer()), state.answer().isEmpty() ? 409 : 402, state.reason());
            case Settlement.Voided(var _, var state) -> new Ended("0", response(state.answer()), null, null);
            case Settlement.Failed(var _, var answer) -> new Ended("0", response(answer), 402, reason(answer));
            case Settlement.Pending(var hold, var answer) ->
                new Ended(hold.maximum().units().toString(), response(answer), null, null);
            case Settlement.Unknown.NO_SUCH_HOLD -> throw unknown(id);
        };
    }

    private Map<String, String> response(String answer) {
        return answer.isEmpty() ? Map.of() : Map.of(Answers.HEADER, wire.header(answer));
    }

    private String reason(String answer) {
        return wire.object(answer).path("errorReason").asText();
    }

    private static ProblemException unknown(UUID id) {
        return new ProblemException(Problem.of(
                "unknown-hold", "No such hold", 404, "There is no hold " + id + " of your tenant: authorize first."));
    }

    private static Map<String, BigInteger> units(Map<String, String> usage) {
        return usage.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, bucket -> new BigInteger(bucket.getValue())));
    }

    record Used(
            @NotNull @Size(max = 32) Map<@Pattern(regexp = "[a-z0-9_]{1,64}") String, @NotNull @Pattern(regexp = "[0-9]{1,18}") String> usage,

            @Size(max = 64) String usageSource,
            @Size(max = 200) String eventId) {}

    record GivenUp(
            @NotNull @Size(min = 1, max = LONGEST_REASON) String reason) {}

    record Renewed(Instant expiresAt) {}

    /** @param status the status for the payer where the call must not be given; none where it may */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Ended(String chargedUnits, Map<String, String> headers, Integer status, String reason) {
        Ended with(Map<String, String> others) {
            return new Ended(chargedUnits, others, status, reason);
        }
    }

    /** What the gateway is to do with the call. */
    sealed interface Authorized {
        String outcome();

        @RegisterForReflection
        record Held(
                UUID holdId,
                String subject,
                String scheme,
                String maximumUnits,
                Instant expiresAt,
                Map<String, String> headers,
                String outcome)
                implements Authorized {}

        @RegisterForReflection
        record Refused(int status, Map<String, String> headers, String reason, String outcome) implements Authorized {
            Refused(int status, Map<String, String> headers, String reason) {
                this(status, headers, reason, "refused");
            }
        }

        @RegisterForReflection
        record Done(int status, Map<String, String> headers, String outcome) implements Authorized {
            Done(int status, Map<String, String> headers) {
                this(status, headers, "done");
            }
        }

        @RegisterForReflection
        record Replayed(UUID holdId, String state, Map<String, String> headers, String outcome) implements Authorized {
            Replayed(UUID holdId, String state, Map<String, String> headers) {
                this(holdId, state, headers, "replayed");
            }
        }
    }
}
