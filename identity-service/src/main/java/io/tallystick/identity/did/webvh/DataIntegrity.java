package io.tallystick.identity.did.webvh;

import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.identity.did.webvh.Verification.Reason;
import io.tallystick.kit.access.Base58;
import io.tallystick.kit.access.CompactJws;
import io.tallystick.kit.access.Ed25519Key;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Proofs of W3C Data Integrity with the one cryptosuite that did:webvh 1.0 permits, eddsa-jcs-2022, by the key in a
 * did:key.
 */
final class DataIntegrity {
    private static final String TYPE = "DataIntegrityProof";
    private static final String SUITE = "eddsa-jcs-2022";
    private static final String PURPOSE = "assertionMethod";

    /** The key is in the DID; a fragment, if any, must say the same. */
    private static final Pattern METHOD = Pattern.compile("did:key:(z[1-9A-HJ-NP-Za-km-z]{1,128})(?:#\\1)?");

    private DataIntegrity() {}

    /** The multikey that made {@code proof}, if it holds. @throws LogRefused if {@code proof} has another form */
    static String multikey(JsonObject proof) {
        require(proof, "type", TYPE);
        require(proof, "cryptosuite", SUITE);
        require(proof, "proofPurpose", PURPOSE);
        // What is signed has no context, so that a proof with one is about something else.
        LogRefused.unless(proof.get("@context").isEmpty(), Reason.WRONG_PROOF, "a proof of an entry has no @context");
        var method = METHOD.matcher(proof.textOf("verificationMethod").orElse(""));
        LogRefused.unless(
                method.matches(),
                Reason.WRONG_PROOF,
                "the verificationMethod must be did:key:<key>#<key>, twice the same");
        return method.group(1);
    }

    /**
     * Returns only if {@code proof} is of its key and {@code document}.
     *
     * @throws LogRefused otherwise
     */
    static void verify(JsonObject document, JsonObject proof) {
        var multikey = multikey(proof);
        try {
            var value = proof.textOf("proofValue").orElse("");
            if (!value.startsWith("z")) {
                throw new IllegalArgumentException("the proofValue must be in base58btc, which begins with z");
            }
            Ed25519Key.ofDidKey("did:key:" + multikey)
                    .verify(signed(document, proof.without("proofValue")), Base58.decode(value.substring(1)));
        } catch (IllegalArgumentException | CompactJws.Invalid e) {
            throw new LogRefused(Reason.WRONG_PROOF, e.getMessage());
        }
    }

    /** A proof of {@code document}. */
    static JsonObject prove(JsonObject document, LogAuthor.UpdateKey key, Instant created) {
        var options = JsonObject.of(Map.of(
                "type", new JsonText(TYPE),
                "cryptosuite", new JsonText(SUITE),
                "proofPurpose", new JsonText(PURPOSE),
                "created", new JsonText(created.toString()),
                "verificationMethod", new JsonText("did:key:" + key.multikey() + "#" + key.multikey())));
        var signature = key.signer().apply(signed(document, options));
        return options.with("proofValue", new JsonText("z" + Base58.encode(signature)));
    }

    private static byte[] signed(JsonObject document, JsonObject options) {
        var both = new byte[64];
        System.arraycopy(Multihash.sha256(options.text()), 0, both, 0, 32);
        System.arraycopy(Multihash.sha256(document.text()), 0, both, 32, 32);
        return both;
    }

    private static void require(JsonObject proof, String name, String value) {
        LogRefused.unless(
                proof.textOf(name).orElse("").equals(value),
                Reason.WRONG_PROOF,
                "a proof's " + name + " must be " + value);
    }
}
