package io.tallystick.acceptance.model;

import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.ledger.ChannelBooks;
import io.tallystick.billing.ledger.LedgerAccount;
import io.tallystick.billing.ledger.Transfer;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.rating.RateCard;
import io.tallystick.billing.rating.RateCardVersion;
import io.tallystick.billing.signature.ChannelId;
import io.tallystick.events.MeterAdvanced;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/** Everything there is: the rooms with what each has stored, what is between them, and the time. */
final class World {
    static final String TENANT = "acme";
    static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
    static final List<String> SUBJECTS = List.of("did:pkh:eip155:84532:0x" + "1".repeat(40), "cust-2");
    static final long LIMIT = 60;

    /** A call as its gateway knows it: gone when the gateway dies. */
    record Running(UUID hold, Map<String, java.math.BigInteger> usage, boolean reported) {}

    final Random random;
    Instant now = START.plusSeconds(6 * 3600);
    final Map<Instant, List<Tariff>> tariffs = new LinkedHashMap<>();
    final ModelMetering metering = new ModelMetering();
    final ModelRating rating;
    final ModelPayments payments = new ModelPayments();
    final ToyChain chain = new ToyChain();
    final ModelSettlement settlement = new ModelSettlement(chain);
    final Map<String, Transfer> ledger = new LinkedHashMap<>();
    final Map<ChannelId, ChannelBooks> books = new HashMap<>();
    /** What was moved from the account to each channel. */
    final Map<ChannelId, Long> allocated = new HashMap<>();

    // Between the rooms, and lost when a process dies.
    final List<MeterAdvanced> wire = new ArrayList<>();
    final List<Running> running = new ArrayList<>();
    /** What each payer believes it was charged. */
    final Map<ChannelId, Long> payersBooks = new HashMap<>();

    World(long seed) {
        random = new Random(seed);
        rating = new ModelRating(new RateCard("standard", List.of(version(START))), Map.of(SUBJECTS.getFirst(), LIMIT));
        for (int i = 0; i < 3; i++) {
            var id = new ChannelId("0x" + Integer.toString(i + 1).repeat(64));
            // The first two are one payer's.
            var payer = Address.of("0x" + (i < 2 ? "1" : "2").repeat(40));
            chain.send(new ToyChain.Tx(hash(), -1, id, new ToyChain.Deposit(40 + random.nextInt(200))));
            chain.mine(random, true);
            payments.channels.put(
                    id,
                    Channel.opened(
                            id, TENANT, ModelPayments.config(payer, id), Tariff.USDC, chain.read(id, chain.head())));
            payersBooks.put(id, 0L);
            books.put(id, ChannelBooks.opened(account(id)));
            allocated.put(id, 0L);
        }
    }

    private long hashes;

    io.tallystick.billing.signature.Bytes32 hash() {
        return ToyChain.bytes32(2, ++hashes);
    }

    static LedgerAccount account(ChannelId id) {
        return LedgerAccount.channel(TENANT, Tariff.USDC, id.hex());
    }

    /** Draws a version of the card and remembers it for those who work out costs again. */
    RateCardVersion version(Instant from) {
        var drawn = List.of(
                Tariff.random("tokens", Map.of(), random),
                Tariff.random("tokens", Map.of("model", "a"), random),
                Tariff.random("jobs", Map.of(), random),
                Tariff.flat("requests", Map.of(), random),
                Tariff.flat("output_text", Map.of(), random));
        tariffs.putIfAbsent(from, drawn);
        return new RateCardVersion(
                Tariff.USDC,
                from,
                tariffs.get(from).stream().map(Tariff::toEntry).toList(),
                List.of());
    }

    /** Books a transfer as the ledger's table does: once. */
    void book(Transfer transfer) {
        var pending = transfer instanceof Transfer.Resolution end
                ? Optional.ofNullable((Transfer.Pending) ledger.get(end.pendingId()))
                : Optional.<Transfer.Pending>empty();
        var resolution = transfer instanceof Transfer.Resolution end
                ? ledger.values().stream()
                        .filter(other -> other instanceof Transfer.Resolution before
                                && before.pendingId().equals(end.pendingId()))
                        .map(Transfer.Resolution.class::cast)
                        .findFirst()
                : Optional.<Transfer.Resolution>empty();
        switch (transfer.decide(Optional.ofNullable(ledger.get(transfer.id())), pending, resolution)) {
            case Transfer.Accepted.BOOKED -> ledger.put(transfer.id(), transfer);
            case Transfer.Accepted.REPEATED -> {}
            case Transfer.Rejected rejected ->
                throw new AssertionError("the ledger refused " + transfer + ": " + rejected);
        }
    }

    <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    static String name(ChannelId id) {
        return "channel " + id.hex().charAt(2);
    }
}
