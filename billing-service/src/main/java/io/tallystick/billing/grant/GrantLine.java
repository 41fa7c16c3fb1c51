package io.tallystick.billing.grant;

import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.events.GrantChanged;
import java.util.List;
import java.util.Optional;

/**
 * A spend grant that holds, and each one that it hangs below. A call has to be within the limits of all of them: that a
 * child only narrows its parent was checked where it was submitted, and is not relied on here.
 *
 * @param grants the one that is spent first, the client's own last
 */
public record GrantLine(List<GrantChanged> grants) {
    private static final String ANY = "*";

    public GrantLine {
        grants = List.copyOf(grants);
        if (grants.isEmpty()) {
            throw new IllegalArgumentException("a line of no grant");
        }
    }

    /**
     * Why the call is not allowed; empty if it is, as far as it goes without knowing what was spent.
     *
     * @param client whose money it is, as the caller says
     * @param maximum the most the call may cost
     * @param payTo where the money goes
     */
    public Optional<GrantRefusal> refuses(
            String client, Spender spender, String tenant, Address payTo, String model, TokenAmount maximum) {
        if (!isOf(client, spender)) {
            return Optional.of(GrantRefusal.OF_ANOTHER);
        }
        return grants.stream()
                .flatMap(grant -> refuses(grant, tenant, payTo, model, maximum).stream())
                .min(Enum::compareTo);
    }

    private boolean isOf(String client, Spender spender) {
        var spent = grants.getFirst();
        return spent.jti().equals(spender.grant())
                && spent.agent().did().equals(spender.agent())
                && spent.agent().key().equals(spender.key())
                && grants.stream().allMatch(grant -> grant.client().equals(client));
    }

    private static Optional<GrantRefusal> refuses(
            GrantChanged grant, String tenant, Address payTo, String model, TokenAmount maximum) {
        var limits = grant.limits();
        if (!limits.asset().equals(maximum.asset().id())) {
            return Optional.of(GrantRefusal.OTHER_ASSET);
        }
        if (!limits.payees().contains(tenant) && !limits.payees().contains(account(maximum.asset(), payTo))) {
            return Optional.of(GrantRefusal.OTHER_PAYEE);
        }
        if (!limits.models().contains(ANY) && !limits.models().contains(model)) {
            return Optional.of(GrantRefusal.MODEL_NOT_ALLOWED);
        }
        return maximum.units().compareTo(limits.capUnits()) > 0
                ? Optional.of(GrantRefusal.ABOVE_CAP)
                : Optional.empty();
    }

    /** Its CAIP-10 name. */
    private static String account(Asset asset, Address address) {
        return asset.network() + ":" + address.hex();
    }
}
