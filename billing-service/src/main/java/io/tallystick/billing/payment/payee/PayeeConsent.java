package io.tallystick.billing.payment.payee;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.Checksum;
import io.tallystick.billing.signature.PersonalMessage;

/**
 * What an address agrees to before a tenant is paid there. Whoever may name an address as its own can have its channels
 * refunded, so a token of the tenant is not enough: the address's key or contract has to say so.
 *
 * @param authorizer whose key claims and refunds; it is another one in another installation
 */
record PayeeConsent(String tenant, Asset asset, Address payTo, Address authorizer) {

    PayeeConsent {
        requireNonNull(tenant, "tenant");
        requireNonNull(asset, "asset");
        requireNonNull(payTo, "payTo");
        requireNonNull(authorizer, "authorizer");
    }

    /** The very text to sign. */
    String text() {
        return """
                Tallystick: the tenant below is paid at this address.

                Tenant: %s
                Chain: %s
                Asset: %s
                Pay to: %s
                Claims and refunds are signed by: %s

                Signing moves no money. The tenant can then claim payments to this address and give unclaimed deposits back.""".formatted(
                tenant, asset.network(), Checksum.of(asset.contract()), Checksum.of(payTo), Checksum.of(authorizer));
    }

    Bytes32 digest() {
        return PersonalMessage.digest(text());
    }
}
