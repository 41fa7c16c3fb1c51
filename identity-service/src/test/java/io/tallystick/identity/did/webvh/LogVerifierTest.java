package io.tallystick.identity.did.webvh;

import static io.tallystick.identity.did.webvh.TestLog.document;
import static io.tallystick.identity.did.webvh.TestLog.json;
import static io.tallystick.identity.did.webvh.TestLog.key;
import static io.tallystick.identity.did.webvh.TestLog.keys;
import static io.tallystick.identity.did.webvh.TestLog.keysAndNext;
import static io.tallystick.identity.did.webvh.TestLog.witness;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonBoolean;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.identity.did.webvh.LogAuthor.UpdateKey;
import io.tallystick.identity.did.webvh.Verification.Reason;
import io.tallystick.identity.did.webvh.Verification.Refused;
import io.tallystick.identity.did.webvh.Verification.Verified;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a log must be, and each attack on it. Every wrong log is hashed and signed rightly but for what it is about. */
class LogVerifierTest {
    private static final UpdateKey FIRST = key(1);
    private static final UpdateKey SECOND = key(2);
    private static final UpdateKey THIRD = key(3);
    private static final UpdateKey STRANGER = key(9);
    private static final UpdateKey WITNESS = key(11);
    private static final UpdateKey OTHER_WITNESS = key(12);
    private static final JsonObject NOTHING = json("{}");

    private static TestLog one() {
        return TestLog.begun(keys(FIRST), FIRST);
    }

    private static TestLog preRotating() {
        return TestLog.begun(keysAndNext(FIRST, SECOND), FIRST);
    }

    private static TestLog portable() {
        return TestLog.begun(keys(FIRST).with("portable", new JsonBoolean(true)), FIRST);
    }

    private static TestLog witnessed(JsonObject witness) {
        return TestLog.begun(keys(FIRST).with("witness", witness), FIRST);
    }

    private static void assertRefused(Verification verification, Reason reason, int versionsThatHold) {
        assertThat(verification).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.reason()).as(refused.detail()).isEqualTo(reason);
            assertThat(refused.versions()).hasSize(versionsThatHold);
        });
    }

    private static Verified verified(Verification verification) {
        assertThat(verification).isInstanceOf(Verified.class);
        return (Verified) verification;
    }

    @Test
    void showsEveryVersionWithItsDocumentAndParameters() {
        var log = one().then(keys(SECOND), json("{'id':'did:webvh:{SCID}:a.example','x':1}"), FIRST)
                .then(NOTHING, SECOND);

        var versions = verified(log.verify()).versions();

        assertThat(versions).extracting("number").containsExactly(1, 2, 3);
        assertThat(versions.get(1).versionId()).startsWith("2-Qm");
        assertThat(versions.get(1).versionTime()).isEqualTo(TestLog.START.plusSeconds(60));
        assertThat(versions.get(1).document().text()).contains("\"x\":1");
        assertThat(versions.get(0).parameters().updateKeys()).containsExactly(FIRST.multikey());
        assertThat(versions.get(2).parameters().updateKeys()).containsExactly(SECOND.multikey());
        assertThat(versions).noneMatch(Verification.Version::deactivated);
        assertThat(versions.getLast().parameters().ttlSeconds()).isEqualTo(3600);
    }

    @Test
    void preRotationIsKeptTurnedOffAndOver() {
        var log = preRotating()
                .then(keysAndNext(SECOND, THIRD), SECOND)
                .then(keys(THIRD).with("nextKeyHashes", new JsonArray(List.of())), THIRD)
                .then(keys(FIRST), THIRD)
                .then(NOTHING, FIRST);

        assertThat(verified(log.verify()).newest().parameters().preRotates()).isFalse();
    }

    @Test
    void scidMismatch() {
        assertRefused(
                one().altered(1, "https://www.w3.org/ns/did/v1", "https://a.example")
                        .verify(),
                Reason.WRONG_SCID,
                0);
    }

    @Test
    void theScidOfAnotherDid() {
        var other = TestLog.begun(keys(SECOND), SECOND);

        assertRefused(one().verify(other.did()), Reason.OTHER_SCID, 0);
    }

    /** Its SCID is the hash that it should be; but two entries, this one and the right one, would have it. */
    @Test
    void aPlaceholderLeftInTheFirstEntry() {
        var left = new JsonText(WebvhDid.PLACEHOLDER);
        var unborn = TestLog.unborn(FIRST).with("state", document("a.example").with("x", left));
        var log = TestLog.begunWith(unborn, FIRST);
        var born = unborn.replace(WebvhDid.PLACEHOLDER, log.did().scid());
        var state = (JsonObject) born.get("state").orElseThrow();

        verified(log.verify());
        assertRefused(
                log.replaced(1, TestLog.proven(born.with("state", state.with("x", left)), 1, FIRST))
                        .verify(),
                Reason.WRONG_SCID,
                0);
    }

    @Test
    void entryHashMismatch() {
        var log = one().then(NOTHING, FIRST).then(NOTHING, FIRST).altered(2, "www.w3.org", "www.w4.org");

        assertRefused(log.verify(), Reason.WRONG_ENTRY_HASH, 1);
    }

    @Test
    void entryHashOfAnotherPredecessor() {
        var log = one().then(NOTHING, FIRST).then(NOTHING, FIRST);
        var other = one().then(json("{'ttl':1}"), FIRST);

        assertRefused(log.replaced(2, other.raw(2)).verify(), Reason.WRONG_ENTRY_HASH, 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void wrongVersionNumberOrder(int number) {
        var log = one().then(number, "2026-03-01T12:01:00Z", NOTHING, document("a.example"), FIRST);

        assertRefused(log.verify(), Reason.WRONG_VERSION_NUMBER, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2-QmZZ", "2-", "2", "02-Qm", "-1-Qm", "2-Qm-Qm"})
    void malformedVersionId(String versionId) {
        var log = one().then(NOTHING, FIRST);

        assertRefused(
                log.replaced(2, log.raw(2).with("versionId", new JsonText(versionId)))
                        .verify(),
                Reason.NOT_A_LOG_ENTRY,
                1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-03-01T12:00:00Z",
                "2026-03-01T11:59:59Z",
                "2026-03-02T12:05:01Z",
                "2026-03-01T12:01:00",
                "2026-03-01T12:01:00+01:00",
                "2026-02-30T12:01:00Z",
                "2026-03-01 12:01:00Z",
                "tomorrow"
            })
    void versionTimeNotRisingOrInTheFutureOrNotUtc(String time) {
        var log = one().then(2, time, NOTHING, document("a.example"), FIRST);

        assertRefused(log.verify(), Reason.WRONG_VERSION_TIME, 1);
    }

    @Test
    void aClockThatIsALittleAheadIsBelieved() {
        var log = one();

        assertThat(LogVerifier.verify(log.did(), log.text(), "", TestLog.START.minus(Duration.ofMinutes(5))))
                .isInstanceOf(Verified.class);
        assertRefused(
                LogVerifier.verify(log.did(), log.text(), "", TestLog.START.minus(Duration.ofSeconds(301))),
                Reason.WRONG_VERSION_TIME,
                0);
    }

    @Test
    void omittedUpdateKeysInTheFirstEntry() {
        assertRefused(TestLog.begun(NOTHING, FIRST).verify(), Reason.INVALID_PARAMETERS, 0);
    }

    @Test
    void omittedUpdateKeysUnderPreRotation() {
        var hashes = keysAndNext(SECOND, THIRD).without("updateKeys");

        assertRefused(preRotating().then(NOTHING, FIRST).verify(), Reason.UPDATE_KEYS_OMITTED, 1);
        assertRefused(preRotating().then(hashes, FIRST).verify(), Reason.UPDATE_KEYS_OMITTED, 1);
        assertRefused(preRotating().then(keys(SECOND), SECOND).verify(), Reason.UPDATE_KEYS_OMITTED, 1);
    }

    @Test
    void proofByAKeyThatIsNotAuthorized() {
        assertRefused(TestLog.begun(keys(FIRST), STRANGER).verify(), Reason.KEY_NOT_AUTHORIZED, 0);
        assertRefused(one().then(NOTHING, STRANGER).verify(), Reason.KEY_NOT_AUTHORIZED, 1);
        // Without pre-rotation an entry's own keys may sign only the next one.
        assertRefused(one().then(keys(SECOND), SECOND).verify(), Reason.KEY_NOT_AUTHORIZED, 1);
    }

    @Test
    void proofByAKeyThatWasRotatedAway() {
        assertRefused(one().then(keys(SECOND), FIRST).then(NOTHING, FIRST).verify(), Reason.KEY_NOT_AUTHORIZED, 2);
    }

    @Test
    void nothingIsSignedOnceThereIsNoKey() {
        var log = one().then(keys(), FIRST).then(NOTHING, FIRST);

        assertRefused(log.verify(), Reason.KEY_NOT_AUTHORIZED, 2);
    }

    @Test
    void aSecondProofThatDoesNotHold() {
        var log = one().then(NOTHING, FIRST);
        var proof = log.entry(2).proofs().getFirst();
        var wrong = proof.with("created", new JsonText("2026-03-01T12:00:01Z"));

        assertRefused(
                log.replaced(2, log.raw(2).with("proof", new JsonArray(List.of(proof, wrong))))
                        .verify(),
                Reason.WRONG_PROOF,
                1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'cryptosuite':'ecdsa-jcs-2019'}",
                "{'cryptosuite':'eddsa-rdfc-2022'}",
                "{'type':'Ed25519Signature2020'}",
                "{'proofPurpose':'authentication'}",
                "{'@context':['https://www.w3.org/ns/did/v1']}",
                "{'verificationMethod':'did:web:a.example#key'}",
                "{'proofValue':'uAAAA'}",
                "{'proofValue':'z'}",
                "{'proofValue':1}"
            })
    void proofOfAnotherKind(String change) {
        var log = one();
        var proof = log.entry(1).proofs().getFirst();
        var changed = proof;
        for (var member : json(change).members().entrySet()) {
            changed = changed.with(member.getKey(), member.getValue());
        }

        assertRefused(log.replaced(1, log.raw(1).with("proof", changed)).verify(), Reason.WRONG_PROOF, 0);
    }

    @Test
    void proofWhoseFragmentNamesAnotherKeyThanItsBody() {
        var log = one();
        var method = "did:key:" + STRANGER.multikey() + "#" + FIRST.multikey();
        var proof = log.entry(1).proofs().getFirst().with("verificationMethod", new JsonText(method));

        assertRefused(log.replaced(1, log.raw(1).with("proof", proof)).verify(), Reason.WRONG_PROOF, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "null", "'x'", "[1]"})
    void noProof(String proof) {
        var log = one();

        assertRefused(
                log.replaced(1, log.raw(1).with("proof", JsonReader.read(proof.replace('\'', '"'))))
                        .verify(),
                Reason.NOT_A_LOG_ENTRY,
                0);
    }

    @Test
    void preRotationCommitmentBroken() {
        assertRefused(preRotating().then(keysAndNext(THIRD, FIRST), THIRD).verify(), Reason.KEY_NOT_COMMITTED, 1);
        assertRefused(preRotating().then(keysAndNext(FIRST, THIRD), FIRST).verify(), Reason.KEY_NOT_COMMITTED, 1);
        // Every key must be committed, not one of them.
        var both = keys(SECOND, STRANGER).with("nextKeyHashes", new JsonArray(List.of()));
        assertRefused(preRotating().then(both, SECOND).verify(), Reason.KEY_NOT_COMMITTED, 1);
    }

    private static JsonObject movedDocument(TestLog log) {
        return document("b.example")
                .with("alsoKnownAs", JsonArray.ofTexts(List.of(log.did().toString())));
    }

    @Test
    void aPortableDidMovesAndKeepsItsHistoryUnderBothNames() {
        var log = portable();
        log.then(NOTHING, movedDocument(log), FIRST).then(NOTHING, document("b.example"), FIRST);
        var moved = log.did().movedTo("b.example");

        assertThat(verified(log.verify(moved)).newest().did()).isEqualTo(moved);
        assertThat(verified(log.verify(log.did())).newest().did()).isEqualTo(moved);
        assertRefused(log.verify(moved.movedTo("c.example")), Reason.OTHER_DID, 0);
    }

    @Test
    void portableSwapWithoutPortable() {
        var log = one();
        log.then(NOTHING, movedDocument(log), FIRST);

        assertRefused(log.verify(), Reason.NOT_PORTABLE, 1);
    }

    @Test
    void portableSwapAfterItWasTurnedOff() {
        var log = portable().then(json("{'portable':false}"), FIRST);
        log.then(NOTHING, movedDocument(log), FIRST);

        assertRefused(log.verify(), Reason.NOT_PORTABLE, 2);
    }

    @Test
    void portableSwapThatHidesTheOldName() {
        assertRefused(portable().then(NOTHING, document("b.example"), FIRST).verify(), Reason.NOT_PORTABLE, 1);
    }

    @Test
    void portableTurnedOnLater() {
        assertRefused(one().then(json("{'portable':true}"), FIRST).verify(), Reason.INVALID_PARAMETERS, 1);
        assertRefused(portable().then(json("{'portable':true}"), FIRST).verify(), Reason.INVALID_PARAMETERS, 1);
    }

    @Test
    void portableSwapToAnotherScid() {
        var other = TestLog.begun(keys(SECOND), SECOND).did();
        var log = portable();
        var document = movedDocument(log)
                .with("id", new JsonText(other.movedTo("b.example").toString()));

        assertRefused(log.then(NOTHING, document, FIRST).verify(), Reason.OTHER_SCID, 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "did:web:a.example",
                "did:webvh:{SCID}",
                "did:webvh:{SCID}:a.example#key",
                "",
                "did:webvh:{SCID}:127.0.0.1"
            })
    void documentOfNoDid(String id) {
        assertRefused(
                one().then(NOTHING, document("a.example").with("id", new JsonText(id)), FIRST)
                        .verify(),
                Reason.OTHER_SCID,
                1);
    }

    @Test
    void witnessesApproveThisVersionOrALaterOne() {
        var log = witnessed(witness(2, WITNESS, OTHER_WITNESS)).then(NOTHING, FIRST);

        verified(log.verify(log.seen(2, WITNESS, OTHER_WITNESS)));
        verified(log.verify(log.seen(2, WITNESS), log.seen(2, OTHER_WITNESS, STRANGER)));
        assertRefused(log.verify(log.seen(1, WITNESS, OTHER_WITNESS)), Reason.NOT_WITNESSED, 1);
    }

    @Test
    void aChangeOfWitnessesIsSeenByTheOldOnes() {
        var change = JsonObject.of(java.util.Map.of("witness", (Json) witness(1, OTHER_WITNESS)));
        var log = witnessed(witness(1, WITNESS))
                .then(change, FIRST)
                .then(json("{'witness':{}}"), FIRST)
                .then(NOTHING, FIRST);

        verified(log.verify(log.seen(2, WITNESS), log.seen(3, OTHER_WITNESS)));
        assertRefused(log.verify(log.seen(1, WITNESS), log.seen(3, OTHER_WITNESS)), Reason.NOT_WITNESSED, 1);
        assertRefused(log.verify(log.seen(3, WITNESS)), Reason.NOT_WITNESSED, 2);
    }

    @Test
    void tooFewWitnessProofs() {
        var log = witnessed(witness(2, WITNESS, OTHER_WITNESS));

        assertRefused(log.verify(), Reason.NOT_WITNESSED, 0);
        assertRefused(log.verify(log.seen(1, WITNESS)), Reason.NOT_WITNESSED, 0);
        assertRefused(log.verify(log.seen(1, WITNESS, WITNESS)), Reason.NOT_WITNESSED, 0);
        assertRefused(log.verify(log.seen(1, WITNESS, STRANGER)), Reason.NOT_WITNESSED, 0);
    }

    @Test
    void witnessProofOfAVersionThatIsNotInTheLog() {
        var log = witnessed(witness(1, WITNESS));
        var longer = witnessed(witness(1, WITNESS)).then(NOTHING, FIRST);

        assertRefused(log.verify(longer.seen(2, WITNESS)), Reason.NOT_WITNESSED, 0);
    }

    @Test
    void witnessProofMovedToAnotherVersion() {
        var log = witnessed(witness(1, WITNESS)).then(NOTHING, FIRST);
        var moved =
                log.seen(1, WITNESS).with("versionId", new JsonText(log.entry(2).versionId()));

        assertRefused(log.verify(moved), Reason.NOT_WITNESSED, 0);
    }

    @Test
    void duplicateWitnesses() {
        assertRefused(witnessed(witness(1, WITNESS, WITNESS)).verify(), Reason.INVALID_WITNESSES, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 2})
    void zeroThresholdOrOneThatNobodyCanReach(int threshold) {
        assertRefused(witnessed(witness(threshold, WITNESS)).verify(), Reason.INVALID_WITNESSES, 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'threshold':1}",
                "{'threshold':0,'witnesses':[]}",
                "{'threshold':'1','witnesses':[]}",
                "{'threshold':1,'witnesses':[{'id':'did:web:a.example'}]}",
                "{'threshold':1,'witnesses':['did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK']}",
                "{'threshold':1,'witnesses':[{'id':'did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169'}]}",
                "'none'"
            })
    void witnessesThatAreNone(String witness) {
        var log = TestLog.begun(keys(FIRST).with("witness", JsonReader.read(witness.replace('\'', '"'))), FIRST);

        assertRefused(log.verify(), Reason.INVALID_WITNESSES, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"did:webvh:99.0", "did:webvh:1.0-rc1", "didwebvh:1.0", "did:webvh:0.5", "did:tdw:0.4"})
    void unknownMethodVersion(String method) {
        var unborn = TestLog.unborn(FIRST);
        var parameters = keys(FIRST).with("scid", new JsonText("{SCID}")).with("method", new JsonText(method));
        var later = JsonObject.of(java.util.Map.of("method", (Json) new JsonText(method)));

        assertRefused(
                TestLog.begunWith(unborn.with("parameters", parameters), FIRST).verify(), Reason.UNKNOWN_METHOD, 0);
        assertRefused(one().then(later, FIRST).verify(), Reason.UNKNOWN_METHOD, 1);
    }

    @Test
    void methodLeftOut() {
        var parameters = keys(FIRST).with("scid", new JsonText("{SCID}"));
        var unborn = TestLog.unborn(FIRST).with("parameters", parameters);

        assertRefused(TestLog.begunWith(unborn, FIRST).verify(), Reason.UNKNOWN_METHOD, 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'scid':'QmRRaLXwc6BjBuBPosSupJwEQ8w9f3znP7yfbpGfwcnLr6'}",
                "{'updateKeys':'z6Mk'}",
                "{'updateKeys':[1]}",
                "{'nextKeyHashes':{}}",
                "{'portable':'no'}",
                "{'deactivated':1}",
                "{'ttl':-1}",
                "{'ttl':2147483649}",
                "{'ttl':'3600'}",
                "{'watchers':1}",
                "{'prerotation':true}"
            })
    void parametersThatAreNone(String parameters) {
        assertRefused(one().then(json(parameters), FIRST).verify(), Reason.INVALID_PARAMETERS, 1);
    }

    @Test
    void whatEarlyLogsSayWithNullIsNone() {
        var log = one().then(json("{'watchers':null,'witness':null,'nextKeyHashes':null,'ttl':null}"), FIRST);

        verified(log.verify());
    }

    @Test
    void deactivatedForGood() {
        var log = one().then(json("{'deactivated':true,'updateKeys':[]}"), FIRST);

        assertThat(verified(log.verify()).newest().deactivated()).isTrue();
        assertRefused(log.then(json("{'deactivated':false}"), FIRST).verify(), Reason.AFTER_DEACTIVATION, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"extra", "proof2"})
    void membersThatAnEntryDoesNotHave(String name) {
        var log = one();

        assertRefused(log.replaced(1, log.raw(1).with(name, new JsonText("x"))).verify(), Reason.NOT_A_LOG_ENTRY, 0);
        assertRefused(log.replaced(1, log.raw(1).without("state")).verify(), Reason.NOT_A_LOG_ENTRY, 0);
    }

    private static void assertLineRefused(String from, String to, Reason reason) {
        var log = one();

        assertRefused(LogVerifier.verify(log.did(), log.text().replace(from, to), "", TestLog.START), reason, 0);
    }

    @Test
    void duplicateJsonKeys() {
        assertLineRefused("{\"parameters\":", "{\"parameters\":{},\"parameters\":", Reason.NOT_STRICT_JSON);
        assertLineRefused("{\"parameters\":", "{\"param\\u0065ters\":{},\"parameters\":", Reason.NOT_STRICT_JSON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1e3", "1E3", "-0", "0.5", "01", "9007199254740992", "123456789012345678901"})
    void floatsAndNumbersThatAreNotReadAlike(String number) {
        assertLineRefused("\"id\":", "\"a\":" + number + ",\"id\":", Reason.NOT_STRICT_JSON);
    }

    @Test
    void depth() {
        assertLineRefused("\"id\":", "\"a\":" + "[".repeat(15) + "]".repeat(15) + ",\"id\":", Reason.NOT_STRICT_JSON);
        assertLineRefused("\"id\":", "\"a\":" + "[".repeat(100_000) + ",\"id\":", Reason.NOT_STRICT_JSON);
    }

    @Test
    void halfOfASurrogatePair() {
        assertLineRefused("\"id\":", "\"a\":\"\\ud800\",\"id\":", Reason.NOT_STRICT_JSON);
    }

    @Test
    void blankLinesAndOtherText() {
        var log = one();

        assertRefused(LogVerifier.verify(log.did(), "", "", TestLog.START), Reason.EMPTY, 0);
        assertRefused(LogVerifier.verify(log.did(), "\n" + log.text(), "", TestLog.START), Reason.NOT_STRICT_JSON, 0);
        assertRefused(
                LogVerifier.verify(log.did(), "[" + log.text().strip() + "]", "", TestLog.START),
                Reason.NOT_A_LOG_ENTRY,
                0);
        verified(LogVerifier.verify(log.did(), log.text().replace("\n", "\r\n"), "", TestLog.START));
    }

    @Test
    void sizeLimits() {
        var log = one();

        assertRefused(
                LogVerifier.verify(log.did(), " ".repeat(LogVerifier.MAX_BYTES + 1), "", TestLog.START),
                Reason.TOO_LARGE,
                0);
        // Characters are fewer than bytes.
        assertRefused(
                LogVerifier.verify(log.did(), "\u00e9".repeat(LogVerifier.MAX_BYTES / 2 + 1), "", TestLog.START),
                Reason.TOO_LARGE,
                0);
        assertRefused(
                LogVerifier.verify(log.did(), "{}\n".repeat(LogVerifier.MAX_ENTRIES + 1), "", TestLog.START),
                Reason.TOO_MANY_ENTRIES,
                0);
    }
}
