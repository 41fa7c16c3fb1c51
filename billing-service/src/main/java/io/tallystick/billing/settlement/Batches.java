package io.tallystick.billing.settlement;

import io.tallystick.billing.money.Address;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;

/** How claims are put together: one provider's, to one receiver, of one token, a hundred at most. */
final class Batches {
    static final int MOST = 100;

    private record Payout(String tenant, Address receiver, Address token) {}

    private Batches() {}

    static List<List<Claimable>> of(List<Claimable> claims) {
        var byPayout = new LinkedHashMap<Payout, List<Claimable>>();
        for (var claim : claims) {
            var config = claim.channel().config();
            var payout = new Payout(claim.channel().tenant(), config.receiver(), config.token());
            byPayout.computeIfAbsent(payout, _ -> new ArrayList<>()).add(claim);
        }
        return byPayout.values().stream().flatMap(all -> cut(all).stream()).toList();
    }

    private static List<List<Claimable>> cut(List<Claimable> claims) {
        var batches = new ArrayList<List<Claimable>>();
        for (int from = 0; from < claims.size(); from += MOST) {
            batches.add(List.copyOf(claims.subList(from, Math.min(claims.size(), from + MOST))));
        }
        return batches;
    }

    /**
     * The elements that a batch may have.
     *
     * @param accepted those that pass together
     * @param refused those that alone make a batch fail, each with the reason
     */
    record Sifted<T>(List<T> accepted, List<Refusal<T>> refused) {}

    record Refusal<T>(T element, String reason) {}

    /**
     * Finds the elements that make a batch fail by halving it, so that one bad channel does not hold up ninety-nine
     * others.
     *
     * @param refusal why a batch would fail; empty if it would not
     */
    static <T> Sifted<T> sift(List<T> batch, Function<List<T>, String> refusal) {
        if (batch.isEmpty()) {
            return new Sifted<>(List.of(), List.of());
        }
        var reason = refusal.apply(batch);
        if (reason.isEmpty()) {
            return new Sifted<>(batch, List.of());
        }
        if (batch.size() == 1) {
            return new Sifted<>(List.of(), List.of(new Refusal<>(batch.getFirst(), reason)));
        }
        int middle = batch.size() / 2;
        var left = sift(batch.subList(0, middle), refusal);
        var right = sift(batch.subList(middle, batch.size()), refusal);
        return new Sifted<>(joined(left.accepted(), right.accepted()), joined(left.refused(), right.refused()));
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        var all = new ArrayList<T>(first);
        all.addAll(second);
        return List.copyOf(all);
    }
}
