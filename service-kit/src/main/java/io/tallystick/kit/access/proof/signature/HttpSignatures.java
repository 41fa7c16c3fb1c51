package io.tallystick.kit.access.proof.signature;

import io.tallystick.kit.access.proof.DpopProofs;
import io.tallystick.kit.access.proof.HttpUrl;
import io.tallystick.kit.access.proof.Origins;
import io.tallystick.kit.access.proof.Presented;
import io.tallystick.kit.access.proof.Proof;
import io.tallystick.kit.access.proof.ProofKey;
import io.tallystick.kit.access.proof.ProofKeys;
import io.tallystick.kit.access.proof.ProofRefused;
import io.tallystick.kit.access.proof.ProvenBody;
import io.tallystick.kit.access.proof.Sha256;
import io.tallystick.kit.access.proof.signature.Structured.Bare;
import io.tallystick.kit.access.proof.signature.Structured.Bytes;
import io.tallystick.kit.access.proof.signature.Structured.InnerList;
import io.tallystick.kit.access.proof.signature.Structured.Item;
import io.tallystick.kit.access.proof.signature.Structured.Member;
import io.tallystick.kit.access.proof.signature.Structured.Text;
import io.tallystick.kit.access.proof.signature.Structured.Whole;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Verifies signatures of requests (RFC 9421). The key is the one that {@code keyid} spells out, a did:key or did:jwk;
 * what it may do, the access token says, by its thumbprint.
 */
public final class HttpSignatures {
    /** The header that says which signatures are taken (RFC 9421, section 5.1). */
    public static final String ACCEPT_HEADER = "Accept-Signature";

    /** Of several signatures, the one with this tag is ours. */
    public static final String TAG = "tallystick";

    /** The value of {@link #ACCEPT_HEADER}. */
    public static final String ACCEPTED =
            "sig=(\"@method\" \"@target-uri\" \"authorization\" \"content-digest\");created;keyid;nonce;tag=\"" + TAG
                    + "\"";

    private static final int MAX_SIGNATURES = 8;
    private static final Pattern NONCE = Pattern.compile("[\\x20-\\x7e]{1,256}");
    private static final String INPUT = "Signature-Input";

    private final ProofKeys keys;
    private final Origins origins;
    private final Duration skew;

    public HttpSignatures(ProofKeys keys, Origins origins, Duration skew) {
        this.keys = keys;
        this.origins = origins;
        this.skew = skew;
    }

    /**
     * The request's signature, verified. Whether it was taken before, this cannot know, and what it says of the body is to
     * be compared when that is read.
     *
     * @throws ProofRefused if it does not prove a key
     */
    public Proof verify(Presented request, Instant now) {
        if (request.header(INPUT).isEmpty()) {
            throw new ProofRefused(
                    ProofRefused.Reason.MISSING,
                    "The access token is bound to a key: send it as Authorization: DPoP … with a proof (RFC 9449), or "
                            + "sign the request (RFC 9421).");
        }
        var inputs = StructuredReader.dictionary(INPUT, request.header(INPUT));
        var label = label(inputs);
        var covered = (InnerList) inputs.get(label);
        var base = new SignedText(covered);
        requireWhole(base, request);
        var parameters = covered.parameters();
        var until = requireTime(parameters, now);
        var key = key(parameters);
        var signature = signature(request, label);
        var signed = verified(base, request, key, signature);
        keys.remember(text(parameters, "keyid"), key);
        return new Proof(key.thumbprint(), id(parameters, signed), until, "", body(base, request));
    }

    /** The one tagged as ours; if none is, the only one without a tag. Those of others are not looked at. */
    private static String label(Map<String, Member> inputs) {
        if (inputs.size() > MAX_SIGNATURES) {
            throw ProofRefused.wrong("Send at most " + MAX_SIGNATURES + " signatures.");
        }
        if (!inputs.values().stream().allMatch(InnerList.class::isInstance)) {
            throw ProofRefused.wrong(INPUT + " must have a list of parts for each signature.");
        }
        for (var tag : List.of(TAG, "")) {
            var fitting = inputs.entrySet().stream()
                    .filter(input -> tag.equals(text(input.getValue().parameters(), "tag")))
                    .map(Map.Entry::getKey)
                    .toList();
            if (fitting.size() > 1) {
                throw ProofRefused.wrong(
                        "Of several signatures, exactly one must have the parameter tag=\"" + TAG + "\".");
            }
            if (fitting.size() == 1) {
                return fitting.getFirst();
            }
        }
        throw ProofRefused.wrong("The signature's tag must be \"" + TAG + "\", or be left out.");
    }

    private static void requireWhole(SignedText base, Presented request) {
        var url = base.covers("@target-uri")
                || (base.covers("@authority") && base.covers("@path") && base.covers("@query"));
        if (!base.covers("@method") || !url || !base.covers("authorization")) {
            throw ProofRefused.wrong("The signature must cover @method, authorization, and @target-uri or the three "
                    + "@authority, @path and @query.");
        }
        if (!base.covers(ContentDigest.HEADER) && announcesBody(request)) {
            ContentDigest.NO_BODY.require(new byte[1]);
        }
    }

    private static boolean announcesBody(Presented request) {
        return !request.header("Transfer-Encoding").isEmpty()
                || request.header("Content-Length").stream()
                        .anyMatch(length -> !length.strip().equals("0"));
    }

    private static ProvenBody body(SignedText base, Presented request) {
        return base.covers(ContentDigest.HEADER)
                ? new ContentDigest(request.header(ContentDigest.HEADER))
                : ContentDigest.NO_BODY;
    }

    private Instant requireTime(Map<String, Bare> parameters, Instant now) {
        var created = seconds(parameters, "created");
        if (created.isAfter(now.plus(skew))) {
            throw ProofRefused.wrong("The signature comes from the future; check the clocks.");
        }
        var until = created.plus(DpopProofs.MAX_AGE).plus(skew);
        if (!until.isAfter(now)) {
            throw ProofRefused.wrong("The signature is too old; sign each request when it is sent.");
        }
        if (parameters.containsKey("expires")
                && !seconds(parameters, "expires").plus(skew).isAfter(now)) {
            throw ProofRefused.wrong("The signature has expired; sign each request when it is sent.");
        }
        return until;
    }

    private ProofKey key(Map<String, Bare> parameters) {
        var keyId = text(parameters, "keyid");
        if (keyId.isEmpty()) {
            throw ProofRefused.wrong("The signature must have a keyid: the did:key or did:jwk of its key.");
        }
        var key = keys.ofDid(keyId);
        var algorithm = key.curve().signatureAlgorithm();
        if (algorithm.isEmpty()) {
            throw ProofRefused.wrong("Sign with an Ed25519 or P-256 key: HTTP signatures know no other of ours.");
        }
        if (parameters.containsKey("alg") && !algorithm.equals(text(parameters, "alg"))) {
            throw ProofRefused.wrong("The signature's alg must be that of its key, " + algorithm + ", or be left out.");
        }
        return key;
    }

    private static byte[] signature(Presented request, String label) {
        if (StructuredReader.dictionary("Signature", request.header("Signature"))
                        .get(label)
                instanceof Item(Bytes bytes, var _)) {
            return bytes.value();
        }
        throw ProofRefused.wrong("Signature must have bytes by the name " + label + ".");
    }

    /** @return what was signed */
    private byte[] verified(SignedText base, Presented request, ProofKey key, byte[] signature) {
        var urls = origins.of(request).toList();
        var named = urls.stream()
                .filter(url -> url.authority().equalsIgnoreCase(request.authority()))
                .toList();
        var last = ProofRefused.wrong("The request's URL is none that can be signed.");
        for (HttpUrl url : named.isEmpty() ? urls : named) {
            try {
                var text = base.text(request, url);
                key.verify(text, signature);
                return text;
            } catch (ProofRefused e) {
                last = e;
            }
        }
        throw last;
    }

    /** Without a nonce the signed text itself, and not the signature: of that, ECDSA has two for one text. */
    private static String id(Map<String, Bare> parameters, byte[] signed) {
        if (!parameters.containsKey("nonce")) {
            return Sha256.base64Url(new String(signed, StandardCharsets.US_ASCII));
        }
        var nonce = text(parameters, "nonce");
        if (!NONCE.matcher(nonce).matches()) {
            throw ProofRefused.wrong("The signature's nonce must have 1 to 256 characters, and be used once.");
        }
        return nonce;
    }

    private static String text(Map<String, Bare> parameters, String name) {
        return switch (parameters.get(name)) {
            case null -> "";
            case Text(var value) -> value;
            default -> throw ProofRefused.wrong("The signature's " + name + " must be a text.");
        };
    }

    private static Instant seconds(Map<String, Bare> parameters, String name) {
        if (parameters.get(name) instanceof Whole(var seconds) && seconds >= 0 && seconds <= 253_402_300_799L) {
            return Instant.ofEpochSecond(seconds);
        }
        throw ProofRefused.wrong("The signature must have " + name + ", in whole seconds since 1970.");
    }
}
