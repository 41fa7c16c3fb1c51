package io.tallystick.identity.credential;

import io.tallystick.identity.credential.status.ListAddress;
import io.tallystick.identity.credential.status.StatusPurpose;
import io.tallystick.identity.did.webvh.Json;
import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonInteger;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The ways in which a credential is written as a JWT. They say the same, and share id and status. */
enum CredentialFormat {
    /** W3C Verifiable Credentials 2.0, secured by JOSE: the payload is the credential. */
    VC_JWT("vc_jwt") {
        @Override
        Map<String, String> header(String issuer) {
            return Map.of("typ", "vc+jwt", "cty", "vc", "iss", issuer);
        }

        @Override
        JsonObject payload(Credential credential, String issuer, String origin) {
            var members = body(credential, origin, CONTEXT_2);
            members.put("id", new JsonText(uri(credential)));
            members.put("issuer", new JsonText(issuer));
            members.put("validFrom", new JsonText(credential.validFrom().toString()));
            members.put("validUntil", new JsonText(credential.validUntil().toString()));
            members.putAll(claims(credential, issuer));
            return JsonObject.of(members);
        }
    },
    /** Verifiable Credentials 1.1: the credential is the claim {@code vc} of a JWT. */
    JWT_VC_JSON("jwt_vc_json") {
        @Override
        Map<String, String> header(String issuer) {
            return Map.of("typ", "JWT");
        }

        @Override
        JsonObject payload(Credential credential, String issuer, String origin) {
            var claims = claims(credential, issuer);
            claims.put("vc", JsonObject.of(body(credential, origin, CONTEXT_1)));
            return JsonObject.of(claims);
        }
    };

    /** Gives a meaning to every term that the first does not define; ours are explained in the reference. */
    private static final String OTHER_TERMS = "https://www.w3.org/ns/credentials/undefined-terms/v2";

    private static final List<String> CONTEXT_2 = List.of("https://www.w3.org/ns/credentials/v2", OTHER_TERMS);
    private static final List<String> CONTEXT_1 = List.of(
            "https://www.w3.org/2018/credentials/v1", "https://www.w3.org/ns/credentials/status/v1", OTHER_TERMS);

    private final String word;

    CredentialFormat(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }

    static Optional<CredentialFormat> of(String word) {
        return Arrays.stream(values())
                .filter(format -> format.word.equals(word))
                .findFirst();
    }

    /** What the protected header says beside algorithm and key. */
    abstract Map<String, String> header(String issuer);

    /** @param origin where the installation's status lists are found */
    abstract JsonObject payload(Credential credential, String issuer, String origin);

    private static String uri(Credential credential) {
        return "urn:uuid:" + credential.id();
    }

    private static Map<String, Json> body(Credential credential, String origin, List<String> context) {
        var members = new TreeMap<String, Json>();
        members.put("@context", JsonArray.ofTexts(context));
        members.put(
                "type",
                JsonArray.ofTexts(
                        List.of("VerifiableCredential", credential.says().type().term())));
        members.put("credentialSubject", subject(credential.says()));
        members.put(
                "credentialStatus",
                new JsonArray(Arrays.stream(StatusPurpose.values())
                        .map(purpose -> status(credential, purpose, origin))
                        .toList()));
        return members;
    }

    private static JsonObject subject(Attestation says) {
        var subject = JsonObject.of(Map.of(
                "id", new JsonText(says.subject()),
                "tenant", new JsonText(says.tenant()),
                "tenantName", new JsonText(says.tenantName()),
                "kind", new JsonText(says.kind()),
                "roles", JsonArray.ofTexts(says.roles())));
        return says.name().isEmpty() ? subject : subject.with("registeredName", new JsonText(says.name()));
    }

    private static Json status(Credential credential, StatusPurpose purpose, String origin) {
        var list = new ListAddress(credential.place().list(), purpose).url(origin);
        var index = Integer.toString(credential.place().index());
        return JsonObject.of(Map.of(
                "id", new JsonText(list + "#" + index),
                "type", new JsonText("BitstringStatusListEntry"),
                "statusPurpose", new JsonText(purpose.word()),
                "statusListIndex", new JsonText(index),
                "statusListCredential", new JsonText(list)));
    }

    /** For who reads it as a JWT: there is no audience among them, so it is nobody's proof. */
    private static Map<String, Json> claims(Credential credential, String issuer) {
        return new TreeMap<>(Map.<String, Json>of(
                "iss", new JsonText(issuer),
                "sub", new JsonText(credential.says().subject()),
                "jti", new JsonText(uri(credential)),
                "nbf", new JsonInteger(credential.validFrom().getEpochSecond()),
                "exp", new JsonInteger(credential.validUntil().getEpochSecond())));
    }
}
