package io.tallystick.identity.did.ethr.registry;

import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.math.ec.ECPoint;

/** A public key of secp256k1, in whichever of its encodings it came. Exists only if it is a point of the curve. */
public final class CurveKey {
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();
    private static final ECDomainParameters CURVE = curve();
    private static final int COMPRESSED = 33;
    private static final int UNCOMPRESSED = 65;

    private final ECPoint point;

    private CurveKey(ECPoint point) {
        this.point = point;
    }

    /** @throws IllegalArgumentException if it is no point, or neither of 33 nor of 65 bytes */
    public static CurveKey of(byte[] bytes) {
        boolean known = (bytes.length == COMPRESSED && (bytes[0] == 2 || bytes[0] == 3))
                || (bytes.length == UNCOMPRESSED && bytes[0] == 4);
        if (!known) {
            throw new IllegalArgumentException("a secp256k1 key begins with 02, 03 or 04 and has 33 or 65 bytes");
        }
        return new CurveKey(CURVE.validatePublicPoint(CURVE.getCurve().decodePoint(bytes)));
    }

    public Account account() {
        var encoded = point.getEncoded(false);
        return Account.ofLast(Keccak.hash(Arrays.copyOfRange(encoded, 1, encoded.length)));
    }

    public JsonObject jwk() {
        return JsonObject.of(Map.of(
                "kty", new JsonText("EC"),
                "crv", new JsonText("secp256k1"),
                "x", new JsonText(URL.encodeToString(point.getAffineXCoord().getEncoded())),
                "y", new JsonText(URL.encodeToString(point.getAffineYCoord().getEncoded()))));
    }

    private static ECDomainParameters curve() {
        var curve = CustomNamedCurves.getByName("secp256k1");
        return new ECDomainParameters(curve.getCurve(), curve.getG(), curve.getN(), curve.getH());
    }
}
