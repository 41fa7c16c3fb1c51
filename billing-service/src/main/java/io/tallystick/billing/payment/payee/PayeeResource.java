package io.tallystick.billing.payment.payee;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;

/** Where the caller's tenant is paid. A change is a new channel and a new deposit for every payer. */
@Path("/v1/payee")
class PayeeResource {
    private final Payees payees;
    private final Caller caller;

    PayeeResource(Payees payees, Caller caller) {
        this.payees = payees;
        this.caller = caller;
    }

    @PUT
    @RequiresScope("rates:write")
    public Uni<Payee> put(@NotNull @Valid Payee body) {
        var asset = Asset.parse(body.asset());
        var payTo = Address.of(body.payTo());
        return payees.put(caller.tenant(), asset, payTo).replaceWith(new Payee(payTo.hex(), asset.id()));
    }

    record Payee(
            @NotNull @Pattern(regexp = "0x(?!0{40})[0-9a-fA-F]{40}", message = "0x and 40 hexadecimal digits, not zero")
            String payTo,

            @NotNull @Pattern(regexp = "eip155:[1-9][0-9]{0,17}/erc20:0x[0-9a-fA-F]{40}", message = "a CAIP-19 asset") String asset) {}
}
