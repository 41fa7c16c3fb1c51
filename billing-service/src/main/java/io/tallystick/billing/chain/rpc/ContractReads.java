package io.tallystick.billing.chain.rpc;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.Simulation;
import io.tallystick.billing.chain.rpc.JsonRpc.Answer;
import io.tallystick.billing.chain.rpc.JsonRpc.Request;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Hex;
import io.tallystick.kit.problem.UnavailableException;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code eth_call} and what goes with it. */
@ApplicationScoped
public class ContractReads {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final JsonRpc rpc;

    public ContractReads(JsonRpc rpc) {
        this.rpc = rpc;
    }

    public Uni<Long> head() {
        return ask(Request.of("eth_blockNumber")).map(Quantities::result).map(Quantities::longNumber);
    }

    /** The answers in the order of the calls, all at one block. */
    public Uni<List<byte[]>> read(List<Call> calls, long block) {
        var requests = calls.stream()
                .map(call -> Request.of("eth_call", parameters(call), Quantities.hex(block)))
                .toList();
        return known(rpc.ask(requests)
                .map(answers -> answers.stream().map(ContractReads::bytes).toList()));
    }

    public Uni<Boolean> hasCode(Address address) {
        return ask(Request.of("eth_getCode", address.hex(), "latest")).map(answer -> bytes(answer).length > 0);
    }

    public Uni<Simulation> simulate(Address from, Call call) {
        var parameters = parameters(call).put("from", from.hex());
        return known(rpc.ask(List.of(Request.of("eth_call", parameters, "latest")))
                .map(answers -> simulated(answers.getFirst())));
    }

    /** What a call answers now; empty if the contract refuses it. */
    public Uni<Optional<byte[]>> attempt(Call call) {
        return known(rpc.ask(List.of(Request.of("eth_call", parameters(call), "latest")))
                .map(List::getFirst)
                .map(answer -> answer instanceof Answer.Refusal refusal && Reverts.is(refusal)
                        ? Optional.empty()
                        : Optional.of(bytes(answer))));
    }

    private static Simulation simulated(Answer answer) {
        if (answer instanceof Answer.Refusal refusal && Reverts.is(refusal)) {
            return new Simulation.Reverts(Reverts.reason(refusal));
        }
        bytes(answer);
        return new Simulation.Succeeds();
    }

    private Uni<Answer> ask(Request request) {
        return known(rpc.ask(List.of(request)).map(List::getFirst));
    }

    private static JsonObject parameters(Call call) {
        return new JsonObject().put("to", call.to().hex()).put("data", call.data());
    }

    private static byte[] bytes(Answer answer) {
        return Hex.decode(String.valueOf(Quantities.result(answer)));
    }

    /** An answer that cannot be understood is none. */
    private static <T> Uni<T> known(Uni<T> answer) {
        return answer.onFailure().transform(e -> new UnavailableException("chain", RETRY_AFTER, e));
    }
}
