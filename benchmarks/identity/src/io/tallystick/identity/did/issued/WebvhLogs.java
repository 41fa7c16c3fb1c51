package io.tallystick.identity.did.issued;

import io.tallystick.identity.did.VerificationKey;
import io.tallystick.identity.did.webvh.LogAuthor;
import io.tallystick.identity.did.webvh.LogVerifier;
import io.tallystick.identity.did.webvh.Verification.Verified;
import io.tallystick.identity.did.webvh.VersionMetadata;
import io.tallystick.identity.did.webvh.WebvhDid;
import io.tallystick.kit.access.Ed25519Signer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A did:webvh resolved: from the text of its log, each entry verified, and from what is remembered of a log that was. The log
 * is one that identity-service writes, with a key rotated in every entry. In its package, to reach what it remembers by.
 */
@State(Scope.Benchmark)
public class WebvhLogs {
    @Param({"2", "100"})
    public int entries;

    private final VerifiedLogs kept = new VerifiedLogs(1 << 22);
    private final Instant now = Instant.now();
    private WebvhDid did;
    private String text;
    private String versionId;

    @Setup
    public void prepare() throws Exception {
        var begin = now.minusSeconds(1000);
        var key = key();
        var next = key();
        var unborn = WebvhDid.unborn("identity.example", List.of("dids", "acme", "one"));
        var log = IssuedLog.first(unborn, documentKeys(), false, turn(key, next, begin));
        for (int i = 1; i < entries; i++) {
            key = next;
            next = key();
            var grown = (IssuedLog.Grown) log.rotate(Optional.of(documentKeys()), turn(key, next, begin.plusSeconds(i)));
            log = grown.log();
        }
        did = log.newest().did();
        text = String.join("\n", log.lines()) + "\n";
        versionId = log.newest().versionId();
        kept.put((Verified) LogVerifier.verify(did, text, "", now), text.length());
        Files.writeString(Path.of(System.getProperty("bench.logs"), entries + ".jsonl"), text);
    }

    @Benchmark
    public String verifiedFromText() {
        return answer((Verified) LogVerifier.verify(did, text, "", now));
    }

    @Benchmark
    public String remembered() {
        return answer(kept.get(did.scid(), versionId).orElseThrow());
    }

    /** Document and metadata as they are answered. */
    private static String answer(Verified log) {
        var newest = log.newest();
        return newest.document().text() + VersionMetadata.of(newest, log.versions()).text();
    }

    private static List<VerificationKey> documentKeys() {
        return List.of(VerificationKey.ofMultibase(multikey(key())));
    }

    private static IssuedLog.Turn turn(Ed25519Signer key, Ed25519Signer next, Instant at) {
        return new IssuedLog.Turn(
                new LogAuthor.UpdateKey(multikey(key), key::sign), LogAuthor.commitment(multikey(next)), at);
    }

    private static String multikey(Ed25519Signer key) {
        return key.publicKey().didKey().substring("did:key:".length());
    }

    private static Ed25519Signer key() {
        var seed = new byte[32];
        new SecureRandom().nextBytes(seed);
        return new Ed25519Signer(seed);
    }
}
