package io.tallystick.billing.rating;

import static java.util.Comparator.comparing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A provider's prices over time: versions, each valid from its hour on. A version is never changed or taken away; a
 * new price is a new version of an hour that has not begun, so that nothing already used becomes dearer.
 *
 * @param key the card's name within its tenant
 * @param versions in the order of their hours; all in one asset
 */
public record RateCard(String key, List<RateCardVersion> versions) {

    public RateCard {
        if (key.isBlank()) {
            throw new IllegalArgumentException("a rate card needs a key");
        }
        versions = versions.stream()
                .sorted(comparing(RateCardVersion::effectiveFrom))
                .toList();
    }

    /** The version valid at {@code time}; empty before the first. */
    public Optional<RateCardVersion> at(Instant time) {
        return versions.reversed().stream()
                .filter(version -> !version.effectiveFrom().isAfter(time))
                .findFirst();
    }

    /** First hour at which the version of {@code effectiveFrom} holds no more; {@link Instant#MAX} for the newest. */
    Instant endOf(Instant effectiveFrom) {
        return versions.stream()
                .map(RateCardVersion::effectiveFrom)
                .filter(effectiveFrom::isBefore)
                .findFirst()
                .orElse(Instant.MAX);
    }

    /**
     * Decides on a new version. The first may begin in the past: until then nothing had a price.
     *
     * @param earliest when the version may begin; not before now
     */
    public Addition add(RateCardVersion version, Instant earliest) {
        if (versions.contains(version)) {
            return new AlreadyThere(this);
        }
        if (versions.isEmpty()) {
            return new Added(new RateCard(key, List.of(version)));
        }
        var newest = versions.getLast();
        if (!version.asset().equals(newest.asset())) {
            return Rejected.OTHER_ASSET;
        }
        if (!version.effectiveFrom().isAfter(newest.effectiveFrom())) {
            return Rejected.NOT_AFTER_NEWEST;
        }
        if (version.effectiveFrom().isBefore(earliest)) {
            return Rejected.TOO_SOON;
        }
        var all = new ArrayList<>(versions);
        all.add(version);
        return new Added(new RateCard(key, all));
    }

    /** What became of a new version. */
    public sealed interface Addition {}

    public record Added(RateCard card) implements Addition {}

    /** The very same version is on the card: the answer to a retry. */
    public record AlreadyThere(RateCard card) implements Addition {}

    /** Listed by precedence: when several apply, the first is returned. */
    public enum Rejected implements Addition {
        OTHER_ASSET,
        NOT_AFTER_NEWEST,
        TOO_SOON
    }
}
