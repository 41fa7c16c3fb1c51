package io.tallystick.identity.did.webvh;

import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.identity.did.webvh.Verification.Version;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Writes the entries of a log. Each is a line of its own, without the line's end. */
public final class LogAuthor {

    private LogAuthor() {}

    /**
     * A key that may sign an entry.
     *
     * @param multikey its public half in multibase
     * @param signer signs bytes with its private half
     */
    public record UpdateKey(String multikey, UnaryOperator<byte[]> signer) {}

    /** What an entry says of a key that is not to be known before it is needed. */
    public static String commitment(String multikey) {
        return Multihash.of(multikey);
    }

    /**
     * The first entry, and with it the DID's SCID.
     *
     * @param parameters what it sets beside method and SCID; its {@code updateKeys} have {@code key}
     * @param state the document, with {@link WebvhDid#PLACEHOLDER} wherever the SCID will be
     */
    public static String first(JsonObject parameters, JsonObject state, UpdateKey key, Instant now) {
        var unborn = JsonObject.of(Map.of(
                "versionId",
                new JsonText(WebvhDid.PLACEHOLDER),
                "versionTime",
                new JsonText(now.truncatedTo(ChronoUnit.SECONDS).toString()),
                "parameters",
                parameters
                        .with("method", new JsonText(Parameters.METHOD))
                        .with("scid", new JsonText(WebvhDid.PLACEHOLDER)),
                "state",
                state));
        var scid = Multihash.of(unborn);
        return proven(unborn.replace(WebvhDid.PLACEHOLDER, scid), 1, key, now);
    }

    /** The SCID that such a first entry has. */
    public static String scid(String firstLine) {
        return Parameters.first(LogEntry.read(firstLine).parameters()).scid();
    }

    /**
     * The entry after {@code last}. Times are whole seconds, as every reader knows them, and rise: after an entry of this
     * very second it is one second ahead.
     *
     * @param parameters what it changes
     * @param key one that {@code last}, or with pre-rotation {@code parameters}, names
     */
    public static String next(Version last, JsonObject parameters, JsonObject state, UpdateKey key, Instant now) {
        var soonest = last.versionTime().truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
        var second = now.truncatedTo(ChronoUnit.SECONDS);
        var time = second.isBefore(soonest) ? soonest : second;
        var entry = JsonObject.of(Map.of(
                "versionId",
                new JsonText(last.versionId()),
                "versionTime",
                new JsonText(time.toString()),
                "parameters",
                parameters,
                "state",
                state));
        return proven(entry, last.number() + 1, key, now);
    }

    private static String proven(JsonObject entry, int number, UpdateKey key, Instant now) {
        var numbered = entry.with("versionId", new JsonText(number + "-" + Multihash.of(entry)));
        var proof = DataIntegrity.prove(numbered, key, now.truncatedTo(ChronoUnit.SECONDS));
        return numbered.with("proof", new JsonArray(List.of(proof))).text();
    }
}
