package io.tallystick.identity.credential.status;

import io.tallystick.identity.did.webvh.Json;
import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonInteger;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What a status list says, as a credential. Two instances that know the same say the same, to the letter. */
final class ListText {
    private static final String CONTEXT = "https://www.w3.org/ns/credentials/v2";

    private ListText() {}

    /**
     * @param url of the list, its id
     * @param from in whole seconds
     * @param keep for how long a reader may keep it
     */
    static JsonObject of(
            String issuer,
            String url,
            StatusPurpose purpose,
            StatusList bits,
            Instant from,
            Instant until,
            Duration keep) {
        var list = JsonObject.of(Map.of(
                "id", new JsonText(url + "#list"),
                "type", new JsonText("BitstringStatusList"),
                "statusPurpose", new JsonText(purpose.word()),
                "ttl", new JsonInteger(keep.toMillis()),
                "encodedList", new JsonText(bits.encoded())));
        return JsonObject.of(Map.<String, Json>of(
                "@context", JsonArray.ofTexts(List.of(CONTEXT)),
                "id", new JsonText(url),
                "type", JsonArray.ofTexts(List.of("VerifiableCredential", "BitstringStatusListCredential")),
                "issuer", new JsonText(issuer),
                "validFrom", new JsonText(from.toString()),
                "validUntil", new JsonText(until.toString()),
                "credentialSubject", list,
                "iss", new JsonText(issuer),
                "exp", new JsonInteger(until.getEpochSecond())));
    }
}
