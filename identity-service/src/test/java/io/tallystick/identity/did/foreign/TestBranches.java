package io.tallystick.identity.did.foreign;

import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonInteger;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.identity.did.webvh.LogAuthor;
import io.tallystick.identity.did.webvh.LogAuthor.UpdateKey;
import io.tallystick.identity.did.webvh.LogVerifier;
import io.tallystick.identity.did.webvh.Verification.Verified;
import io.tallystick.identity.did.webvh.WebvhDid;
import io.tallystick.kit.access.Ed25519Signer;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A log whose controller writes as many second versions as it likes, each one right. */
final class TestBranches {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private final UpdateKey key;
    private final String host;
    private final String first;

    TestBranches() {
        this("a.example");
    }

    /** @param host as a DID has it */
    TestBranches(String host) {
        var signer = new Ed25519Signer(new byte[32]);
        this.key = new UpdateKey(signer.publicKey().didKey().substring("did:key:".length()), signer::sign);
        this.host = host;
        var parameters = JsonObject.of(
                Map.of("updateKeys", JsonArray.ofTexts(List.of(key.multikey())), "ttl", new JsonInteger(60)));
        this.first = LogAuthor.first(parameters, document(WebvhDid.PLACEHOLDER), key, START);
    }

    private JsonObject document(String scid) {
        return JsonObject.of(Map.of("id", new JsonText("did:webvh:" + scid + ":" + host)));
    }

    Did did() {
        return Did.parse("did:webvh:" + LogAuthor.scid(first) + ":" + host);
    }

    String log(int branch) {
        var did = WebvhDid.parse(did().toString());
        var newest = ((Verified) LogVerifier.verify(did, first, "", START)).newest();
        var time = START.plusSeconds(60L * branch);
        return first + "\n" + LogAuthor.next(newest, JsonObject.of(Map.of()), document(did.scid()), key, time) + "\n";
    }
}
