package io.tallystick.billing.channel;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.ChainConfig;
import io.tallystick.billing.channel.VoucherResult.Accepted;
import io.tallystick.billing.channel.VoucherResult.AlreadyCovered;
import io.tallystick.billing.channel.VoucherResult.Rejected;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.billing.signature.Domain;
import io.tallystick.billing.signature.EscrowDigests;
import io.tallystick.billing.signature.Secp256k1;
import io.tallystick.billing.signature.Signature;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** Channels as their two sides may see them, and a channel's newest voucher. */
@Path("/v1/channels")
@RequiresScope(value = "billing:read", own = true)
class ChannelResource {
    private final Channels channels;
    private final Secp256k1 secp256k1;
    private final EscrowDigests digests;
    private final Caller caller;

    ChannelResource(Channels channels, Secp256k1 secp256k1, ChainConfig chain, Caller caller) {
        this.channels = channels;
        this.secp256k1 = secp256k1;
        this.digests = new EscrowDigests(Domain.ofEscrow(chain.id(), Address.of(chain.escrow())));
        this.caller = caller;
    }

    /** At most a hundred, in the order of their ids; {@code next} asks for those that follow. */
    @GET
    public Uni<Page> list(@RestQuery @DefaultValue("") String after) {
        var mine = viewer();
        return channels.page(caller.tenant(), after)
                .map(page -> new Page(
                        page.stream().filter(mine::sees).map(Shown::of).toList(),
                        page.size() < Channels.PAGE ? null : page.getLast().id().hex()));
    }

    @GET
    @Path("/{channelId}")
    public Uni<Shown> get(@RestPath String channelId) {
        var mine = viewer();
        return channels.find(id(channelId)).map(found -> found.map(ChannelTimes::channel)
                .filter(mine::sees)
                .map(Shown::of)
                .orElseThrow(() -> problem(Rejected.UNKNOWN_CHANNEL)));
    }

    /** A running total, so sending it again does no harm. Whichever side brings it: the payer's signature is what counts. */
    @PUT
    @Path("/{channelId}/voucher")
    @RequiresScope(value = "vouchers:write", or = "rates:write")
    public Uni<Shown> put(@RestPath String channelId, @NotNull @Valid SignedVoucher body) {
        var mine = viewer();
        var id = id(channelId);
        var ceiling = new BigInteger(body.cumulativeAmount());
        var signer = Signature.parse(body.signature())
                .flatMap(signature -> secp256k1.recover(digests.voucher(id, fitting(ceiling)), signature))
                .orElseThrow(() -> problem(Rejected.WRONG_SIGNER));

        return channels.find(id)
                .map(found -> found.map(ChannelTimes::channel).filter(mine::sees))
                .chain(found -> found.isEmpty()
                        ? Uni.createFrom().item(Rejected.UNKNOWN_CHANNEL)
                        : channels.accept(id, voucher(found.get(), ceiling, body), signer, Instant.now()))
                .map(ChannelResource::answer);
    }

    private static Voucher voucher(Channel channel, BigInteger ceiling, SignedVoucher body) {
        return new Voucher(new TokenAmount(channel.charged().asset(), ceiling), body.signature());
    }

    private static Shown answer(VoucherResult result) {
        return switch (result) {
            case Accepted(var channel, var _) -> Shown.of(channel);
            case AlreadyCovered(var channel) -> Shown.of(channel);
            case Rejected rejected -> throw problem(rejected);
        };
    }

    private static ProblemException problem(Rejected rejected) {
        return new ProblemException(
                switch (rejected) {
                    case UNKNOWN_CHANNEL -> problem("unknown-channel", 404, "Pay for a call with it first.");
                    case WRONG_SIGNER -> problem("voucher-wrong-signer", 403, "Sign with the channel's voucher key.");
                    case CHANNEL_CLOSING -> problem("channel-closing", 409, "Open a new channel to go on.");
                    case DEPOSIT_EXCEEDED -> problem("deposit-exceeded", 402, "Deposit more, then send it again.");
                });
    }

    private static Problem problem(String name, int status, String detail) {
        return Problem.of(name, "Channel or voucher not accepted", status, detail);
    }

    private static ChannelId id(String text) {
        try {
            return ChannelId.of(text);
        } catch (IllegalArgumentException e) {
            throw problem(Rejected.UNKNOWN_CHANNEL);
        }
    }

    private static BigInteger fitting(BigInteger units) {
        if (units.compareTo(TokenAmount.MOST) > 0) {
            throw problem(Rejected.DEPOSIT_EXCEEDED);
        }
        return units;
    }

    /** Read at once: there is no caller any more when the database answers. */
    private Viewer viewer() {
        return new Viewer(caller.tenant(), caller.ownOnly() ? Optional.of(caller.subjects()) : Optional.empty());
    }

    /** @param subjects whose channels it sees; empty for all of the tenant's */
    private record Viewer(String tenant, Optional<Set<String>> subjects) {
        boolean sees(Channel channel) {
            return channel.tenant().equals(tenant)
                    && subjects.map(own -> own.contains(channel.payer())).orElse(true);
        }
    }

    /** Token units travel as decimal strings: JSON numbers lose digits past 2^53. */
    record SignedVoucher(
            @NotNull @Pattern(regexp = "[0-9]{1,39}", message = "a decimal string of token units") String cumulativeAmount,

            @NotNull @Pattern(regexp = "0x[0-9a-fA-F]{130}", message = "65 bytes in hexadecimal digits") String signature) {
        SignedVoucher {
            signature = signature == null ? null : signature.toLowerCase(Locale.ROOT);
        }
    }

    record Page(List<Shown> channels, String next) {}

    record Shown(
            String id,
            String payer,
            String receiver,
            String asset,
            String charged,
            String held,
            String authorized,
            String deposited,
            String withdrawn,
            String claimed,
            String finallyClaimed,
            String exposure,
            String shortfall,
            boolean closing) {

        static Shown of(Channel channel) {
            var chain = channel.chain();
            return new Shown(
                    channel.id().hex(),
                    channel.payer(),
                    channel.config().receiver().hex(),
                    channel.charged().asset().id(),
                    text(channel.charged()),
                    text(channel.held()),
                    text(channel.authorized()),
                    text(chain.deposited().pending()),
                    text(chain.withdrawn().pending()),
                    text(channel.claimed()),
                    text(chain.claimed().finalized()),
                    text(channel.exposure()),
                    text(channel.shortfall()),
                    channel.closing());
        }

        private static String text(TokenAmount amount) {
            return amount.units().toString();
        }
    }
}
