package io.tallystick.billing.x402;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.ChainConfig;
import io.tallystick.billing.chain.ChainSigner;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.payment.Call;
import io.tallystick.billing.payment.CallPrice;
import io.tallystick.billing.payment.CallPrices;
import io.tallystick.billing.payment.payee.Payees;
import io.tallystick.billing.signature.Checksum;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a call is offered for, and whether a payment accepts an offer of ours. */
@ApplicationScoped
public class Offers {
    public static final String BATCH_SETTLEMENT = "batch-settlement";
    public static final String EXACT = "exact";

    private final CallPrices prices;
    private final Payees payees;
    private final ChainSigner signer;
    private final X402Config config;
    private final Wire wire;
    private final OfferSeal seal;

    private final Asset asset;

    Offers(CallPrices prices, Payees payees, ChainSigner signer, X402Config config, ChainConfig chain, Wire wire) {
        this.asset = new Asset(chain.id(), Address.of(chain.asset()));
        this.prices = prices;
        this.payees = payees;
        this.signer = signer;
        this.config = config;
        this.wire = wire;
        this.seal = new OfferSeal(key(config));
    }

    /** The ways to pay for a call; none if the tenant sells no such call. A stock client takes the first it knows. */
    Uni<List<Offer>> of(Call call, Map<String, BigInteger> maximum, Instant at) {
        return Uni.createFrom()
                .completionStage(() -> prices.price(call.tenant(), call.route(), call.model(), maximum, at))
                .map(price -> price.filter(known -> known.asset().equals(asset)))
                .chain(price -> price.isEmpty()
                        ? Uni.createFrom().item(List.of())
                        : payees.find(call.tenant(), price.get().asset())
                                .map(payTo -> payTo.map(to -> offers(call.tenant(), price.get(), to, at))
                                        .orElse(List.of())));
    }

    /** The offer of ours that a payment accepts: the stored terms, not the sent ones. */
    Uni<Optional<Offer>> accepted(Call call, Map<String, BigInteger> maximum, JsonNode accepted, Instant now) {
        var sent = accepted.path("extra").path("offer").asText();
        var issuedAt = seal.issuedAt(sent);
        if (issuedAt.isEmpty()) {
            return Uni.createFrom().item(Optional.empty());
        }
        return of(call, maximum, issuedAt.get()).map(offers -> offers.stream()
                .filter(offer -> offer.honoured(now))
                .filter(offer -> seal.proves(sent, offer) && contains(json(offer), accepted))
                .findFirst());
    }

    /** An offer as an entry of {@code accepts}. */
    public ObjectNode json(Offer offer) {
        var json = wire.object()
                .put("scheme", offer.scheme())
                .put("network", offer.amount().asset().network())
                .put("amount", offer.amount().units().toString())
                .put("asset", Checksum.of(offer.amount().asset().contract()))
                .put("payTo", Checksum.of(offer.payTo()))
                .put("maxTimeoutSeconds", offer.maxTimeoutSeconds());
        var extra = json.putObject("extra").put("name", config.tokenName()).put("version", config.tokenVersion());
        if (offer.scheme().equals(BATCH_SETTLEMENT)) {
            extra.put("receiverAuthorizer", Checksum.of(authorizer().orElseThrow()))
                    .put("withdrawDelay", config.withdrawDelaySeconds())
                    .put("minDeposit", config.minDepositUnits().toString());
        }
        extra.put("offer", seal.of(offer));
        return json;
    }

    /** Whose key claims and refunds for every payee; channels cannot be offered without one. */
    public Optional<Address> authorizer() {
        return signer.address();
    }

    private List<Offer> offers(String tenant, CallPrice price, Address payTo, Instant at) {
        var offers = new ArrayList<Offer>();
        if (authorizer().isPresent()) {
            offers.add(offer(tenant, BATCH_SETTLEMENT, most(price), payTo, at));
            price.fixed()
                    .filter(fixed -> fixed.units().compareTo(config.exactMinimumUnits()) >= 0)
                    .ifPresent(fixed -> offers.add(offer(tenant, EXACT, fixed, payTo, at)));
        }
        return offers;
    }

    private Offer offer(String tenant, String scheme, TokenAmount amount, Address payTo, Instant at) {
        return new Offer(tenant, scheme, amount, payTo, config.maxTimeoutSeconds(), at);
    }

    /** Never nothing: a voucher has to rise to be told from the one before. */
    private static TokenAmount most(CallPrice price) {
        return price.ceiling().greater(TokenAmount.of(price.asset(), 1));
    }

    /** Whether everything that was offered came back. More may have been added; addresses have no case. */
    private static boolean contains(JsonNode offered, JsonNode sent) {
        return offered.properties().stream().allMatch(field -> {
            var other = sent.path(field.getKey());
            return field.getValue().isObject()
                    ? contains(field.getValue(), other)
                    : field.getValue().getNodeType() == other.getNodeType()
                            && field.getValue().asText().equalsIgnoreCase(other.asText());
        });
    }

    private static byte[] key(X402Config config) {
        if (config.offerKeyFile().isEmpty()) {
            Log.warn("offers end with this process, tallystick.x402.offer-key-file is not set");
            var key = new byte[OfferSeal.KEY_BYTES];
            new SecureRandom().nextBytes(key);
            return key;
        }
        try {
            return Base64.getUrlDecoder()
                    .decode(Files.readString(config.offerKeyFile().get()).strip());
        } catch (IOException e) {
            throw new UncheckedIOException("tallystick.x402.offer-key-file cannot be read", e);
        }
    }
}
