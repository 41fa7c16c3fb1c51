package io.tallystick.identity.did;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.Map;

/** A DID document (W3C DID Core), as it goes over the wire. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonPropertyOrder({"@context", "id", "verificationMethod"})
public record DidDocument(
        @JsonProperty("@context") List<String> context,
        String id,
        List<VerificationMethod> verificationMethod,
        List<String> authentication,
        List<String> assertionMethod,
        List<String> capabilityInvocation,
        List<String> capabilityDelegation,
        List<String> keyAgreement) {
    private static final String DID_V1 = "https://www.w3.org/ns/did/v1";

    /** Exactly one of the last three says what the key is; the others are empty. */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record VerificationMethod(
            String id,
            String type,
            String controller,
            String publicKeyMultibase,
            Map<String, String> publicKeyJwk,
            String blockchainAccountId) {}

    /** The document of a DID that is one key in multibase. */
    static DidDocument ofMultikey(String did, VerificationKey key) {
        var method =
                new VerificationMethod(did + "#" + key.multibase(), "Multikey", did, key.multibase(), Map.of(), "");
        return of(
                did,
                "https://w3id.org/security/multikey/v1",
                method,
                key.type().signs(),
                !key.type().signs());
    }

    /** The document of a DID that is one JWK. */
    static DidDocument ofJwk(String did, Map<String, String> jwk, boolean signs, boolean agrees) {
        var method = new VerificationMethod(did + "#0", "JsonWebKey2020", did, "", jwk, "");
        return of(did, "https://w3id.org/security/suites/jws-2020/v1", method, signs, agrees);
    }

    /** The document of a DID that is an account on an EVM chain, by its CAIP-10 id. */
    static DidDocument ofAccount(String did, String account) {
        var method = new VerificationMethod(
                did + "#blockchainAccountId", "EcdsaSecp256k1RecoveryMethod2020", did, "", Map.of(), account);
        return of(did, "https://w3id.org/security/suites/secp256k1recovery-2020/v2", method, true, false);
    }

    private static DidDocument of(String did, String suite, VerificationMethod method, boolean signs, boolean agrees) {
        var signing = signs ? List.of(method.id()) : List.<String>of();
        var agreement = agrees ? List.of(method.id()) : List.<String>of();
        return new DidDocument(
                List.of(DID_V1, suite), did, List.of(method), signing, signing, signing, signing, agreement);
    }
}
