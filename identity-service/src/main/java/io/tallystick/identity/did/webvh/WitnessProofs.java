package io.tallystick.identity.did.webvh;

import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.identity.did.webvh.Verification.Reason;
import io.tallystick.identity.did.webvh.Verification.Version;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which witness has seen a log up to which version: what {@code did-witness.json} says and what holds of it. To have seen
 * a version is to have seen all before it.
 *
 * @param seenUpTo number of the newest version that a witness, by its did:key, has signed
 */
record WitnessProofs(Map<String, Integer> seenUpTo) {
    static final int MAX_BYTES = 1 << 20;
    static final int MAX_PROOFS = 512;

    WitnessProofs {
        seenUpTo = Map.copyOf(seenUpTo);
    }

    /**
     * Reads the file. A proof that does not hold, of a version that is not in the log or by someone who is no witness
     * counts for nothing.
     *
     * @param versions the versions of the log that hold
     * @param witnesses whose proofs are looked at
     * @throws LogRefused if it is no file of witnesses' proofs
     */
    static WitnessProofs read(String file, List<Version> versions, Set<String> witnesses) {
        LogRefused.unless(file.length() <= MAX_BYTES, Reason.NOT_WITNESSED, "did-witness.json is too large");
        LogRefused.unless(!file.isEmpty(), Reason.NOT_WITNESSED, "there is no did-witness.json");
        if (!(LogEntry.json(file) instanceof JsonArray(var items))) {
            throw new LogRefused(Reason.NOT_WITNESSED, "did-witness.json must be an array");
        }
        var numbers = versions.stream().collect(Collectors.toMap(Version::versionId, Version::number));
        var proofs = items.stream().flatMap(item -> proofs(item, numbers)).toList();
        LogRefused.unless(proofs.size() <= MAX_PROOFS, Reason.NOT_WITNESSED, "did-witness.json has too many proofs");
        var seen = new HashMap<String, Integer>();
        for (var proof : proofs) {
            int number = numbers.get(proof.versionId);
            witness(proof, witnesses)
                    .filter(witness -> seen.getOrDefault(witness, 0) < number && holds(proof))
                    .ifPresent(witness -> seen.put(witness, number));
        }
        return new WitnessProofs(seen);
    }

    private record Proof(String versionId, JsonObject proof) {}

    private static Stream<Proof> proofs(Json item, Map<String, Integer> numbers) {
        return item instanceof JsonObject seen
                        && seen.get("proof").orElse(null) instanceof JsonArray(var proofs)
                        && numbers.containsKey(seen.textOf("versionId").orElse(""))
                ? proofs.stream()
                        .filter(JsonObject.class::isInstance)
                        .map(proof -> new Proof(seen.textOf("versionId").orElseThrow(), (JsonObject) proof))
                : Stream.empty();
    }

    private static Optional<String> witness(Proof proof, Set<String> witnesses) {
        try {
            return Optional.of("did:key:" + DataIntegrity.multikey(proof.proof)).filter(witnesses::contains);
        } catch (LogRefused _) {
            return Optional.empty();
        }
    }

    private static boolean holds(Proof proof) {
        try {
            DataIntegrity.verify(JsonObject.of(Map.of("versionId", new JsonText(proof.versionId))), proof.proof);
            return true;
        } catch (LogRefused _) {
            return false;
        }
    }

    /** Whether enough of {@code wanted} have seen the version. */
    boolean suffice(Witnesses wanted, int version) {
        long seen = wanted.ids().stream()
                .filter(id -> seenUpTo.getOrDefault(id, 0) >= version)
                .count();
        return seen >= wanted.threshold();
    }
}
