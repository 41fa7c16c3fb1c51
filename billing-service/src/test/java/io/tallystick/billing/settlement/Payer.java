package io.tallystick.billing.settlement;

import static io.tallystick.billing.chain.engine.ChainLab.PAYER;
import static io.tallystick.billing.chain.engine.ChainLab.PAYER_KEY;
import static io.tallystick.billing.chain.engine.ChainLab.SECP256K1;
import static io.tallystick.billing.chain.engine.ChainLab.SIGNER;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.ChainReads;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.chain.Outcome;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.chain.abi.EscrowCalls;
import io.tallystick.billing.chain.abi.TokenCalls;
import io.tallystick.billing.chain.rpc.JsonRpc;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.channel.HoldResult.Held;
import io.tallystick.billing.channel.Voucher;
import io.tallystick.billing.channel.VoucherResult.Accepted;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.Ratio;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.ChannelConfig;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.billing.signature.Domain;
import io.tallystick.billing.signature.EscrowDigests;
import io.tallystick.billing.signature.PrivateKey;
import io.tallystick.billing.signature.TokenAuthorization;
import io.tallystick.billing.signature.TokenDigests;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** A payer with a wallet: deposits for real, and is charged as a call would charge it. */
@ApplicationScoped
class Payer {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final Address TOKEN = Address.of("0x036CbD53842c5426634e7929541eC2318f3dCF7e");
    static final Asset ASSET = new Asset(84532, TOKEN);
    private static final Address ESCROW = Address.of("0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003");
    private static final Address COLLECTOR = Address.of("0x4020806089470a89826cB9fB1f4059150b550004");
    private static final Domain TOKEN_DOMAIN = new Domain("USDC", "2", 84532, TOKEN);

    private final EscrowDigests digests = new EscrowDigests(Domain.ofEscrow(84532, ESCROW));
    private final EscrowCalls escrow = new EscrowCalls(ESCROW);
    private final TokenCalls token = new TokenCalls(TOKEN);
    private final Transactions transactions;
    private final ChainReads reads;
    private final Channels channels;
    private final JsonRpc rpc;

    Payer(Transactions transactions, ChainReads reads, Channels channels, JsonRpc rpc) {
        this.rpc = rpc;
        this.transactions = transactions;
        this.reads = reads;
        this.channels = channels;
    }

    static Address somebody() {
        return new Address("0x" + UUID.randomUUID().toString().replace("-", "") + "00000000");
    }

    /** Opens a channel with {@code units} in it. */
    ChannelConfig open(String tenant, Address receiver, long units) {
        var salt = "0x" + UUID.randomUUID().toString().replace("-", "").repeat(2);
        var config = new ChannelConfig(PAYER, PAYER, receiver, SIGNER, TOKEN, 900, salt);
        var id = id(config);
        send("mint:" + id, token.mint(PAYER, BigInteger.valueOf(units)));
        send("deposit:" + id, deposit(config, id, BigInteger.valueOf(units), BigInteger.TEN));
        var reading = reads.channel(id).await().atMost(PATIENCE);
        assertThat(reading.balance()).isEqualTo(units);
        channels.open(Channel.opened(id, tenant, config, ASSET, reading), Instant.now())
                .await()
                .atMost(PATIENCE);
        return config;
    }

    private Call deposit(ChannelConfig config, ChannelId id, BigInteger units, BigInteger nonceSalt) {
        var forEver = BigInteger.TWO.pow(40);
        var authorization = new TokenAuthorization(
                PAYER, COLLECTOR, units, BigInteger.ZERO, forEver, EscrowDigests.depositNonce(id, nonceSalt));
        var signature = SECP256K1.sign(TokenDigests.receive(TOKEN_DOMAIN, authorization), PAYER_KEY);
        var collectorData = TokenCalls.collectorData(BigInteger.ZERO, forEver, nonceSalt, signature.bytes());
        return escrow.deposit(config, units, COLLECTOR, collectorData);
    }

    /** Signs a voucher of {@code units} more, and is charged them. */
    void pay(ChannelConfig config, long units) {
        pay(config, units, PAYER_KEY);
    }

    /** As {@link #pay}, and the service believes a signature that is not the payer's. */
    void payFalsely(ChannelConfig config, long units) {
        pay(config, units, PrivateKey.parse(new Bytes32("0x" + "5".repeat(64)).hex()));
    }

    private void pay(ChannelConfig config, long units, PrivateKey key) {
        var amount = TokenAmount.of(ASSET, units);
        channels.change(id(config), Instant.now(), channel -> charged(channel, amount, key))
                .await()
                .atMost(PATIENCE);
    }

    private Channel charged(Channel channel, TokenAmount amount, PrivateKey key) {
        var ceiling = channel.authorized().plus(amount);
        var signature = SECP256K1.sign(digests.voucher(channel.id(), ceiling.units()), key);
        return charged(channel, new Voucher(ceiling, signature.hex()), amount);
    }

    /** A channel that {@code amount} more was signed for and charged on. */
    static Channel charged(Channel channel, Voucher voucher, TokenAmount amount) {
        var signer = channel.config().voucherSigner();
        var accepted = (Accepted) channel.accept(voucher, signer);
        var held = (Held) accepted.channel().hold(amount);
        return held.channel().capture(amount, Ratio.whole(amount.units())).channel();
    }

    /** Deposits more. */
    void deposit(ChannelConfig config, long units) {
        var unique = UUID.randomUUID();
        var amount = BigInteger.valueOf(units);
        var salt = BigInteger.valueOf(unique.getLeastSignificantBits()).abs();
        send("mint:" + unique, token.mint(PAYER, amount));
        send("deposit:" + unique, deposit(config, id(config), amount, salt));
    }

    /** A refund that no row of ours knows of. */
    void refundBehindOurBack(ChannelConfig config, long units) {
        send("refund:" + UUID.randomUUID(), escrow.refund(config, BigInteger.valueOf(units)));
    }

    /** A claim of all that is charged that no row of ours knows of, and that pays nothing out. */
    void claimBehindOurBack(ChannelConfig config) {
        var channel = channel(config);
        var row = Claimable.of(channel, SIGNER).orElseThrow().row();
        send("claim:" + UUID.randomUUID(), escrow.claim(List.of(row)));
    }

    /** Reads the contract into the channel's books. */
    void see(ChannelConfig config) {
        var id = id(config);
        reads.channel(id)
                .chain(reading -> channels.seen(id, reading, Instant.now()))
                .await()
                .atMost(PATIENCE);
    }

    /** Sends what a payer's wallet sends by itself. */
    void send(JsonObject transaction) {
        rpc.ask(List.of(JsonRpc.Request.of("eth_sendTransaction", transaction)))
                .await()
                .atMost(PATIENCE);
    }

    /** The call by which the payer asks for its deposit back, as its wallet sends it. */
    JsonObject asksToLeave(ChannelConfig config, long units) {
        var call = escrow.initiateWithdraw(config, BigInteger.valueOf(units));
        return new JsonObject()
                .put("from", PAYER.hex())
                .put("to", call.to().hex())
                .put("data", call.data());
    }

    ChannelId id(ChannelConfig config) {
        return digests.channelId(config);
    }

    Channel channel(ChannelConfig config) {
        return channels.find(id(config)).await().atMost(PATIENCE).orElseThrow().channel();
    }

    private void send(String key, Call call) {
        transactions.submit(new Intent(key, call)).await().atMost(PATIENCE);
        assertThat(transactions.outcome(key, 0, PATIENCE).await().atMost(PATIENCE))
                .isInstanceOf(Outcome.Succeeded.class);
    }
}
