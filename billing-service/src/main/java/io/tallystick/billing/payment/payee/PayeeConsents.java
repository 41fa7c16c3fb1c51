package io.tallystick.billing.payment.payee;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.ChainConfig;
import io.tallystick.billing.chain.ChainReads;
import io.tallystick.billing.chain.ChainSigner;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.signature.Hex;
import io.tallystick.billing.signature.Secp256k1;
import io.tallystick.billing.signature.Signature;
import jakarta.enterprise.context.ApplicationScoped;

/** Whether an address agreed to be a tenant's payee. */
@ApplicationScoped
class PayeeConsents {
    private final ChainReads reads;
    private final ChainSigner signer;
    private final Secp256k1 secp256k1;
    private final long chainId;

    PayeeConsents(ChainReads reads, ChainSigner signer, Secp256k1 secp256k1, ChainConfig chain) {
        this.reads = reads;
        this.signer = signer;
        this.secp256k1 = secp256k1;
        this.chainId = chain.id();
    }

    PayeeConsent wanted(String tenant, Asset asset, Address payTo) {
        return new PayeeConsent(tenant, asset, payTo, signer.address().orElse(Address.ZERO));
    }

    /** Signed by the address's key, or else by the contract there. */
    Uni<Boolean> given(PayeeConsent consent, String signature) {
        var digest = consent.digest();
        var byKey = Signature.parse(signature)
                .flatMap(parsed -> secp256k1.recover(digest, parsed))
                .filter(consent.payTo()::equals)
                .isPresent();
        return byKey || consent.asset().chainId() != chainId
                ? Uni.createFrom().item(byKey)
                : reads.signedByContract(consent.payTo(), digest, Hex.decode(signature));
    }
}
