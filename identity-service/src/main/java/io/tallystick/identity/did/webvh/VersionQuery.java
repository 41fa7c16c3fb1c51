package io.tallystick.identity.did.webvh;

import io.tallystick.identity.did.webvh.Verification.Version;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Which version of a DID is wanted: the newest, or the one that {@code versionId}, {@code versionTime} or number names. */
public sealed interface VersionQuery {

    record Newest() implements VersionQuery {}

    record ById(String versionId) implements VersionQuery {}

    /** The version that was the newest at this time. */
    record ByTime(Instant time) implements VersionQuery {}

    record ByNumber(int number) implements VersionQuery {}

    /**
     * As a DID URL's parameters say it.
     *
     * @throws IllegalArgumentException if more than one says it, or one says what cannot be
     */
    static VersionQuery of(Optional<String> versionId, Optional<String> versionTime, Optional<String> versionNumber) {
        if (List.of(versionId, versionTime, versionNumber).stream()
                        .filter(Optional::isPresent)
                        .count()
                > 1) {
            throw new IllegalArgumentException("only one of versionId, versionTime and versionNumber may be there");
        }
        return versionId
                .<VersionQuery>map(ById::new)
                .or(() -> versionTime.map(VersionQuery::byTime))
                .or(() -> versionNumber.map(VersionQuery::byNumber))
                .orElse(new Newest());
    }

    private static VersionQuery byTime(String text) {
        try {
            return new ByTime(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("versionTime must be a time such as 2026-03-01T12:00:00Z", e);
        }
    }

    private static VersionQuery byNumber(String text) {
        if (!text.matches("[1-9][0-9]{0,8}")) {
            throw new IllegalArgumentException("versionNumber must be a whole number from 1 on");
        }
        return new ByNumber(Integer.parseInt(text));
    }

    /** @param versions the first one first */
    default Optional<Version> in(List<Version> versions) {
        return switch (this) {
            case Newest() -> last(versions, _ -> true);
            case ById(var id) -> last(versions, version -> version.versionId().equals(id));
            case ByTime(var time) ->
                last(versions, version -> !version.versionTime().isAfter(time));
            case ByNumber(var number) -> last(versions, version -> version.number() == number);
        };
    }

    private static Optional<Version> last(List<Version> versions, Predicate<Version> wanted) {
        return versions.reversed().stream().filter(wanted).findFirst();
    }
}
