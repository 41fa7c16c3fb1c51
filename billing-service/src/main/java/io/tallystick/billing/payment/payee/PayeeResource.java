package io.tallystick.billing.payment.payee;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.util.Map;
import java.util.Optional;

/** Where the caller's tenant is paid. A change is a new channel and a new deposit for every payer. */
@Path("/v1/payee")
class PayeeResource {
    private final Payees payees;
    private final PayeeConsents consents;
    private final Caller caller;

    PayeeResource(Payees payees, PayeeConsents consents, Caller caller) {
        this.payees = payees;
        this.consents = consents;
        this.caller = caller;
    }

    /** The address has to agree once; what is there already may be said again without a signature. */
    @PUT
    @RequiresScope("rates:write")
    public Uni<Payee> put(@NotNull @Valid Wanted body) {
        var asset = Asset.parse(body.asset());
        var payTo = Address.of(body.payTo());
        var consent = consents.wanted(caller.tenant(), asset, payTo);
        return payees.receives(consent.tenant(), asset, payTo)
                .chain(known -> known ? Uni.createFrom().voidItem() : agreed(consent, body.given()))
                .replaceWith(new Payee(payTo.hex(), asset.id()));
    }

    private Uni<Void> agreed(PayeeConsent consent, Optional<String> signature) {
        return signature
                .map(given -> consents.given(consent, given))
                .orElse(Uni.createFrom().item(false))
                .invoke(given -> {
                    if (!given) {
                        throw unproven(consent);
                    }
                })
                .chain(() -> payees.put(consent.tenant(), consent.asset(), consent.payTo()))
                .invoke(put -> {
                    if (!put) {
                        throw taken();
                    }
                })
                .replaceWithVoid();
    }

    private static ProblemException unproven(PayeeConsent consent) {
        return new ProblemException(Problem.of(
                        "payee-unproven",
                        "The address has not agreed",
                        403,
                        "Sign the text in message, as it is, with the key of payTo (personal_sign, EIP-191) or by its contract"
                                + " (ERC-1271), and send the same request with signature.")
                .with(Map.of("message", consent.text())));
    }

    private static ProblemException taken() {
        return new ProblemException(Problem.of(
                "payee-taken", "Another tenant is paid there", 409, "Name an address that no other tenant has."));
    }

    record Payee(String payTo, String asset) {}

    record Wanted(
            @NotNull @Pattern(regexp = "0x(?!0{40})[0-9a-fA-F]{40}", message = "0x and 40 hexadecimal digits, not zero")
            String payTo,

            @NotNull @Pattern(regexp = "eip155:[1-9][0-9]{0,17}/erc20:0x[0-9a-fA-F]{40}", message = "a CAIP-19 asset") String asset,

            @Pattern(regexp = "0x(?:[0-9a-fA-F]{2}){1,4096}+", message = "bytes in hexadecimal digits")
            String signature) {

        Optional<String> given() {
            return Optional.ofNullable(signature);
        }
    }
}
