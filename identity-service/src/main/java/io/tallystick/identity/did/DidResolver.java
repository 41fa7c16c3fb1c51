package io.tallystick.identity.did;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.identity.did.Resolution.InvalidDid;
import io.tallystick.identity.did.Resolution.MethodNotSupported;
import io.tallystick.identity.did.Resolution.Resolved;
import io.tallystick.kit.access.CompactJws;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Resolves DIDs that say it all themselves: did:key, did:jwk, did:pkh. Asks nobody, so there is nothing to cache. */
@ApplicationScoped
public class DidResolver {
    private static final Pattern EVM_ACCOUNT = Pattern.compile("eip155:[1-9][0-9]{0,31}:0x[0-9a-fA-F]{40}");

    /** What of a JWK is public, and all that may be in a did:jwk. */
    private static final List<String> JWK_MEMBERS = List.of("kty", "crv", "x", "y", "kid", "use", "alg");

    public Resolution resolve(String text) {
        try {
            var did = Did.parse(text);
            return switch (did.method()) {
                case "key" -> key(text, did.id());
                case "jwk" -> jwk(text, did.id());
                case "pkh" -> account(text, did.id());
                default -> new MethodNotSupported(did.method());
            };
        } catch (IllegalArgumentException | CompactJws.Invalid e) {
            return new InvalidDid(e.getMessage());
        }
    }

    private static Resolution key(String did, String multibase) {
        var key = VerificationKey.ofMultibase(multibase);
        return new Resolved(DidDocument.ofMultikey(did, key), key.type().signs() ? List.of(key) : List.of());
    }

    private static Resolution jwk(String did, String encoded) {
        var jwk = CompactJws.object(CompactJws.decode(encoded));
        var key = key(jwk);
        var use = jwk.path("use").asText("");
        var signs = key.type().signs() && !use.equals("enc");
        var agrees = key.type() != KeyType.ED25519 && !use.equals("sig");
        return new Resolved(DidDocument.ofJwk(did, members(jwk), signs, agrees), signs ? List.of(key) : List.of());
    }

    /** The key of a JWK. @throws IllegalArgumentException if it is none of a kind that we know */
    public static VerificationKey key(JsonNode jwk) {
        return switch (CompactJws.text(jwk, "kty") + " " + CompactJws.text(jwk, "crv")) {
            case "OKP Ed25519" -> VerificationKey.of(KeyType.ED25519, coordinate(jwk, "x"));
            case "OKP X25519" -> VerificationKey.of(KeyType.X25519, coordinate(jwk, "x"));
            case "EC P-256" -> VerificationKey.of(KeyType.P256, coordinate(jwk, "x"), coordinate(jwk, "y"));
            case "EC secp256k1" -> VerificationKey.of(KeyType.SECP256K1, coordinate(jwk, "x"), coordinate(jwk, "y"));
            default -> throw new IllegalArgumentException("the key's curve is not Ed25519, X25519, P-256 or secp256k1");
        };
    }

    private static byte[] coordinate(JsonNode jwk, String name) {
        return CompactJws.decode(CompactJws.text(jwk, name));
    }

    /** @throws IllegalArgumentException for anything beside the public key: someone's private key, or a link */
    private static Map<String, String> members(JsonNode jwk) {
        var members = new LinkedHashMap<String, String>();
        jwk.propertyStream().forEach(member -> {
            if (!JWK_MEMBERS.contains(member.getKey())) {
                throw new IllegalArgumentException("a did:jwk may have " + String.join(", ", JWK_MEMBERS));
            }
            members.put(member.getKey(), CompactJws.text(jwk, member.getKey()));
        });
        return members;
    }

    private static Resolution account(String did, String account) {
        if (!EVM_ACCOUNT.matcher(account).matches()) {
            throw new IllegalArgumentException(
                    "a did:pkh must be an EVM account: did:pkh:eip155:<chain>:0x<40 digits>");
        }
        return new Resolved(DidDocument.ofAccount(did, account), List.of());
    }
}
