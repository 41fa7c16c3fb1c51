package io.tallystick.kit.access.wallet;

import io.tallystick.events.WalletChanged;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The accounts that are linked now. Whoever feeds it has checked who says so, and that it is newer than what was said before.
 *
 * <p>A link ends by itself if it is not told again: the event that ended it is forgotten by its topic after forty days, when
 * any event from before it has ended as well.
 */
public final class WalletView {
    /** More accounts than this are not kept, and what is not kept is nobody's. */
    public static final int MAX_WALLETS = 100_000;

    private static final Duration BETWEEN_CLEANINGS = Duration.ofMinutes(1);

    private record Name(String tenant, String account) {}

    private record Holder(String tenant, String did) {}

    private final Map<Name, WalletChanged> links = new HashMap<>();
    private final Map<Holder, Set<WalletChanged>> byHolder = new HashMap<>();
    private Instant cleanAt = Instant.EPOCH;

    /** Takes in one event. @return false if there are too many to keep this one */
    public boolean apply(WalletChanged event, Instant now) {
        var name = new Name(event.tenant(), event.account());
        forget(name);
        if (!event.linked() || !event.until().isAfter(now)) {
            return true;
        }
        if (links.size() >= MAX_WALLETS && !now.isBefore(cleanAt)) {
            links.entrySet().stream()
                    .filter(link -> !link.getValue().until().isAfter(now))
                    .map(Map.Entry::getKey)
                    .toList()
                    .forEach(this::forget);
            cleanAt = now.plus(BETWEEN_CLEANINGS);
        }
        if (links.size() >= MAX_WALLETS) {
            return false;
        }
        links.put(name, event);
        byHolder.computeIfAbsent(holder(event), _ -> new HashSet<>()).add(event);
        return true;
    }

    private void forget(Name name) {
        var old = links.remove(name);
        if (old != null) {
            byHolder.computeIfPresent(holder(old), (_, accounts) -> {
                accounts.remove(old);
                return accounts.isEmpty() ? null : accounts;
            });
        }
    }

    private static Holder holder(WalletChanged event) {
        return new Holder(event.tenant(), event.did());
    }

    /** The DID itself, and the accounts that it holds, each as the did:pkh that usage and channels name it by. */
    public Set<String> subjects(String tenant, String did, Instant now) {
        var held = byHolder.getOrDefault(new Holder(tenant, did), Set.of());
        var accounts = held.stream().filter(link -> link.until().isAfter(now)).map(WalletChanged::subject);
        return Stream.concat(Stream.of(did), accounts).collect(Collectors.toUnmodifiableSet());
    }
}
