package io.tallystick.identity.did.webvh;

import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonInteger;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.identity.did.webvh.LogAuthor.UpdateKey;
import io.tallystick.kit.access.Ed25519Signer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes logs, right ones and wrong ones: what it is told it hashes and signs, whether it is allowed or not. */
final class TestLog {
    static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private final List<JsonObject> entries = new ArrayList<>();
    private String scid = "";

    static UpdateKey key(int number) {
        var seed = new byte[32];
        Arrays.fill(seed, (byte) number);
        var signer = new Ed25519Signer(seed);
        return new UpdateKey(signer.publicKey().didKey().substring("did:key:".length()), signer::sign);
    }

    static JsonObject json(String text) {
        return (JsonObject) JsonReader.read(text.replace('\'', '"'));
    }

    static JsonObject keys(UpdateKey... keys) {
        return JsonObject.of(Map.of("updateKeys", multikeys(keys)));
    }

    static JsonObject keysAndNext(UpdateKey key, UpdateKey next) {
        return keys(key).with("nextKeyHashes", JsonArray.ofTexts(List.of(LogAuthor.commitment(next.multikey()))));
    }

    private static JsonArray multikeys(UpdateKey... keys) {
        return JsonArray.ofTexts(Arrays.stream(keys).map(UpdateKey::multikey).toList());
    }

    static JsonObject witness(int threshold, UpdateKey... witnesses) {
        var ids = Arrays.stream(witnesses)
                .<Json>map(one -> JsonObject.of(Map.of("id", new JsonText("did:key:" + one.multikey()))))
                .toList();
        return JsonObject.of(Map.of("threshold", new JsonInteger(threshold), "witnesses", new JsonArray(ids)));
    }

    static JsonObject document(String domain) {
        return json("{'@context':['https://www.w3.org/ns/did/v1'],'id':'did:webvh:{SCID}:" + domain + "'}");
    }

    /** A log that begins rightly. */
    static TestLog begun(JsonObject parameters, UpdateKey key) {
        var log = new TestLog();
        log.entries.add(json(LogAuthor.first(parameters, document("a.example"), key, START)));
        log.scid = log.entry(1).state().textOf("id").orElseThrow().split(":", -1)[2];
        return log;
    }

    /** A log that begins with an entry that is changed before its SCID is calculated. */
    static TestLog begunWith(JsonObject unborn, UpdateKey key) {
        var log = new TestLog();
        log.scid = Multihash.of(unborn);
        log.entries.add(proven(unborn.replace(WebvhDid.PLACEHOLDER, log.scid), 1, key));
        return log;
    }

    static JsonObject unborn(UpdateKey key) {
        return json("{'versionId':'{SCID}','versionTime':'2026-03-01T12:00:00Z',"
                        + "'parameters':{'method':'did:webvh:1.0','scid':'{SCID}'},'state':{}}")
                .with("state", document("a.example"))
                .with(
                        "parameters",
                        keys(key)
                                .with("method", new JsonText("did:webvh:1.0"))
                                .with("scid", new JsonText(WebvhDid.PLACEHOLDER)));
    }

    /** Adds an entry a minute later, at the same place. */
    TestLog then(JsonObject parameters, UpdateKey key) {
        return then(parameters, document("a.example"), key);
    }

    TestLog then(JsonObject parameters, JsonObject document, UpdateKey key) {
        var time = START.plusSeconds(60L * entries.size());
        return then(entries.size() + 1, time.toString(), parameters, document, key);
    }

    TestLog then(int number, String time, JsonObject parameters, JsonObject document, UpdateKey key) {
        var entry = JsonObject.of(Map.of(
                "versionId",
                new JsonText(entry(entries.size()).versionId()),
                "versionTime",
                new JsonText(time),
                "parameters",
                parameters,
                "state",
                document.replace(WebvhDid.PLACEHOLDER, scid)));
        entries.add(proven(entry, number, key));
        return this;
    }

    /** The entry with this number replaced by what is left of it after {@code from} became {@code to}, not signed again. */
    TestLog altered(int number, String from, String to) {
        entries.set(number - 1, entries.get(number - 1).replace(from, to));
        return this;
    }

    TestLog replaced(int number, JsonObject entry) {
        entries.set(number - 1, entry);
        return this;
    }

    JsonObject raw(int number) {
        return entries.get(number - 1);
    }

    LogEntry entry(int number) {
        return LogEntry.read(entries.get(number - 1).text());
    }

    WebvhDid did() {
        return WebvhDid.parse("did:webvh:" + scid + ":a.example");
    }

    static JsonObject proven(JsonObject entry, int number, UpdateKey key) {
        var numbered = entry.with("versionId", new JsonText(number + "-" + Multihash.of(entry)));
        return numbered.with("proof", new JsonArray(List.of(DataIntegrity.prove(numbered, key, START))));
    }

    /** What a witness signs of the version with this number. */
    JsonObject seen(int number, UpdateKey... witnesses) {
        return seen(entry(number).versionId(), witnesses);
    }

    static JsonObject seen(String versionId, UpdateKey... witnesses) {
        var id = JsonObject.of(Map.of("versionId", new JsonText(versionId)));
        var proofs = Arrays.stream(witnesses)
                .<Json>map(witness -> DataIntegrity.prove(id, witness, START))
                .toList();
        return id.with("proof", new JsonArray(proofs));
    }

    String text() {
        return entries.stream().map(Json::text).collect(Collectors.joining("\n", "", "\n"));
    }

    Verification verify(JsonObject... seen) {
        return verify(did(), seen);
    }

    Verification verify(WebvhDid did, JsonObject... seen) {
        var file = seen.length == 0 ? "" : new JsonArray(List.<Json>of(seen)).text();
        return LogVerifier.verify(did, text(), file, START.plusSeconds(86_400));
    }
}
