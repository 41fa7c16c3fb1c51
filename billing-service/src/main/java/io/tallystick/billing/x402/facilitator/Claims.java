package io.tallystick.billing.x402.facilitator;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.ChainSigner;
import io.tallystick.billing.chain.abi.ClaimRow;
import io.tallystick.billing.channel.ForeignChannels;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.billing.signature.ClaimEntry;
import io.tallystick.billing.signature.Signature;
import io.tallystick.billing.x402.Codes;
import io.tallystick.billing.x402.Wire;
import io.tallystick.billing.x402.batch.BatchPayloads;
import io.tallystick.billing.x402.batch.Escrow;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Rows of claims as other servers send them, and the call they make. */
@ApplicationScoped
class Claims {
    /** As many as the stock channel manager sends at once. */
    static final int MOST_ROWS = 100;

    private final Escrow escrow;
    private final ChainSigner signer;
    private final BatchPayloads payloads;
    private final ForeignChannels foreign;

    Claims(Escrow escrow, ChainSigner signer, BatchPayloads payloads, ForeignChannels foreign) {
        this.escrow = escrow;
        this.signer = signer;
        this.payloads = payloads;
        this.foreign = foreign;
    }

    /** Rows that were read, or the code that says why they are none. */
    sealed interface Rows {

        record Read(List<ClaimRow> rows) implements Rows {}

        record Not(String code) implements Rows {}
    }

    /** Reads {@code claims}; each row has to pay {@code receiver} in the asset, or the caller claims for a stranger. */
    Rows read(JsonNode claims, Asset asset, Address receiver) {
        if (!claims.isArray() || claims.size() > MOST_ROWS) {
            return new Rows.Not(Codes.batch("payload_type"));
        }
        var rows = new ArrayList<ClaimRow>();
        for (var claim : claims) {
            var row = row(claim);
            if (row.isEmpty()) {
                return new Rows.Not(Codes.batch("payload_type"));
            }
            if (!row.get().channel().receiver().equals(receiver)) {
                return new Rows.Not(Codes.batch("receiver_mismatch"));
            }
            if (!row.get().channel().token().equals(asset.contract())) {
                return new Rows.Not(Codes.batch("token_mismatch"));
            }
            rows.add(row.get());
        }
        return new Rows.Read(rows);
    }

    /**
     * The call that claims the rows; empty if our key may not authorize one of them.
     *
     * @param authorizer the server's own signature over the batch, if it made one
     */
    Optional<Call> call(List<ClaimRow> rows, Optional<Signature> authorizer) {
        if (authorizer.isEmpty()
                && !rows.stream().allMatch(row -> isOurs(row.channel().receiverAuthorizer()))) {
            return Optional.empty();
        }
        var signature = authorizer.orElseGet(() -> signer.sign(escrow.digests().claimBatch(entries(rows))));
        return Optional.of(escrow.calls().claimWithSignature(rows, signature));
    }

    /** Whether the gateway keeps the books of one of the rows' channels: our own settlement claims it. */
    Uni<Boolean> anyIsOurs(List<ClaimRow> rows) {
        return foreign.anyIsOurs(rows.stream()
                .map(row -> escrow.digests().channelId(row.channel()))
                .toList());
    }

    Uni<Boolean> isOurs(ChannelId id) {
        return foreign.anyIsOurs(List.of(id));
    }

    boolean isOurs(Address authorizer) {
        return signer.address().filter(authorizer::equals).isPresent();
    }

    private List<ClaimEntry> entries(List<ClaimRow> rows) {
        return rows.stream()
                .map(row -> new ClaimEntry(
                        escrow.digests().channelId(row.channel()), row.maxClaimableAmount(), row.totalClaimed()))
                .toList();
    }

    private Optional<ClaimRow> row(JsonNode claim) {
        try {
            var voucher = claim.path("voucher");
            return Signature.parse(Wire.hex(claim.path("signature")))
                    .map(signature -> new ClaimRow(
                            payloads.channel(voucher.path("channel")),
                            Wire.number(voucher.path("maxClaimableAmount")),
                            signature,
                            Wire.number(claim.path("totalClaimed"))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
