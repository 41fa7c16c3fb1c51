package io.tallystick.identity.did.ethr;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.identity.did.Resolution.Deactivated;
import io.tallystick.identity.did.Resolution.ResolvedVersion;
import io.tallystick.identity.did.ethr.registry.Account;
import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.VersionQuery;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What changes make of a document, in each version. */
class EthrDocumentTest {
    private final Scene scene = new Scene();
    private final FakeNode node = scene.node;

    @Test
    void anAccountThatNeverChangedIsItsAddress() {
        assertThat(scene.document().text()).isEqualTo("""
                        {"@context":["https://www.w3.org/ns/did/v1",\
                        "https://w3id.org/security/suites/secp256k1recovery-2020/v2"],\
                        "assertionMethod":["%1$s#controller"],"authentication":["%1$s#controller"],"id":"%1$s",\
                        "verificationMethod":[{"blockchainAccountId":\
                        "eip155:84532:0xF3beAC30C498D9E26865F34fCAa57dBB935b0D74","controller":"%1$s",\
                        "id":"%1$s#controller","type":"EcdsaSecp256k1RecoveryMethod2020"}]}""".formatted(Scene.DID));
        assertThat(node.asked).containsExactly("eth_chainId", "eth_call");
    }

    @Test
    void aPublicKeyIsListedWhileItIsItsOwnOwner() {
        // The generator of the group, whose account everyone knows.
        var key = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
        var account = new Account("7e5f4552091a69125d5dfcb7b8c2659029395bdf");
        var its = new FakeNode(account);
        scene.asked = its;
        var did = "did:ethr:0x14a34:0x" + key;

        var document = ((ResolvedVersion) scene.resolve(did, Scene.NEWEST)).document();
        assertThat(Scene.names(document, "authentication")).containsExactly("#controller", "#controllerKey");
        assertThat(document.text())
                .contains(
                        "eip155:84532:0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf",
                        "\"x\":\"eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g\","
                                + "\"y\":\"SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg\"",
                        "https://w3id.org/security/v2");

        its.owner(5, Scene.FRIEND);
        assertThat(Scene.names(((ResolvedVersion) scene.resolve(did, Scene.NEWEST)).document(), "verificationMethod"))
                .containsExactly("#controller");
        its.owner(6, account.digits());
        assertThat(Scene.names(((ResolvedVersion) scene.resolve(did, Scene.NEWEST)).document(), "verificationMethod"))
                .containsExactly("#controller", "#controllerKey");
    }

    /** The example of the method's text, step by step. */
    @Test
    void numbersAreNeverGivenTwice() {
        var first = "aa".repeat(32);
        node.attribute(1, "did/pub/Ed25519/veriKey", first, Scene.LATER)
                .attribute(2, "did/pub/Ed25519/veriKey", "bb".repeat(32), Scene.LATER)
                .delegate(3, "veriKey", Scene.FRIEND, FakeNode.time(2000))
                .attribute(4, "did/svc/HubService", FakeNode.bytes("https://hub.example"), Scene.LATER);
        assertThat(scene.methods()).containsExactly("#controller", "#delegate-1", "#delegate-2", "#delegate-3");
        assertThat(Scene.names(scene.document(), "service")).containsExactly("#service-1");

        node.attribute(5, "did/pub/Ed25519/veriKey", first, 0).delegate(6, "veriKey", Scene.OTHER, Scene.LATER);
        assertThat(scene.methods()).containsExactly("#controller", "#delegate-2", "#delegate-3", "#delegate-5");

        scene.now = Instant.ofEpochSecond(FakeNode.time(2000));
        assertThat(scene.methods()).contains("#delegate-3");
        scene.now = scene.now.plusSeconds(1);
        assertThat(scene.methods()).containsExactly("#controller", "#delegate-2", "#delegate-5");
    }

    @Test
    void whoMayAuthenticateMayAssertAndNotTheOtherWayRound() {
        node.delegate(1, "sigAuth", Scene.FRIEND, Scene.LATER)
                .delegate(1, "veriKey", Scene.OTHER, Scene.LATER)
                .delegate(1, "unheardOf", Scene.OTHER, Scene.LATER)
                .attribute(2, "did/pub/X25519/enc/base64", "cc".repeat(32), Scene.LATER);
        var document = scene.document();
        assertThat(Scene.names(document, "authentication")).containsExactly("#controller", "#delegate-1");
        assertThat(Scene.names(document, "assertionMethod"))
                .containsExactly("#controller", "#delegate-1", "#delegate-2");
        assertThat(Scene.names(document, "keyAgreement")).containsExactly("#delegate-4");
    }

    /** The values of the method's text, and what they become; the point of the first one is what another library says. */
    @Test
    void keysAreWrittenAsTheMethodSays() {
        var compressed = "02b97c30de767f084ce3080168ee293053ba33b235d7116a3263d29f1450936b71";
        node.attribute(1, "did/pub/Secp256k1/veriKey/hex", compressed, Scene.LATER)
                .attribute(
                        2,
                        "did/pub/Ed25519/veriKey",
                        "c642b35757cc36906fa75fa0338bf33e5210c5bce4769324801fd64276d69d07",
                        Scene.LATER)
                .attribute(
                        3,
                        "did/pub/X25519/enc",
                        "118557777ffb078774371a52b00fed75561dcf975e61c47553e664a617661052",
                        Scene.LATER)
                .attribute(4, "did/pub/Multikey/veriKey", "e701" + compressed, Scene.LATER)
                .attribute(5, "did/pub/Custom/veriKey/hex", compressed, Scene.LATER)
                .attribute(6, "did/pub/Custom/veriKey/base64", "0102", Scene.LATER)
                .attribute(7, "did/pub/Custom/veriKey/base58", "0102", Scene.LATER);
        assertThat(scene.document().text())
                .contains(
                        "\"x\":\"uXww3nZ_CEzjCAFo7ikwU7ozsjXXEWoyY9KfFFCTa3E\"",
                        "\"y\":\"Eo3YCZAgmRvnzQFA2p1y7gwQrnu4abZgVJKO41t2OeQ\"",
                        "z6MksoBm2hUcoKLLHsUQ77iA5YXxwNskXJ9fs7V7z8edniop",
                        "z6LScra2Lg8mSU6TkMX1AKJSn6ApwneQkfXgJZpj48hCp3N1",
                        "zQ3shZtr1sUnrETvXPDa4gYSNE3gpJhdTkVmpYoWBuAiBsJ4G",
                        "\"publicKeyHex\":\"" + compressed + "\"",
                        "\"publicKeyBase64\":\"AQI=\"",
                        "\"publicKeyBase58\":\"5T\"",
                        "\"@context\":[\"https://www.w3.org/ns/did/v1\","
                                + "\"https://w3id.org/security/suites/secp256k1recovery-2020/v2\","
                                + "\"https://w3id.org/security/v2\","
                                + "\"https://w3id.org/security/suites/ed25519-2020/v1\","
                                + "\"https://w3id.org/security/suites/x25519-2020/v1\","
                                + "\"https://w3id.org/security/multikey/v1\",{");
    }

    @Test
    void aServiceIsATextOrAnObject() {
        node.attribute(1, "did/svc/Hub", FakeNode.bytes("https://hub.example"), Scene.LATER)
                .attribute(1, "did/svc/Hub", FakeNode.bytes("{\"uri\":\"https://hub.example\"}"), Scene.LATER)
                .attribute(1, "did/svc/Hub", FakeNode.bytes("12"), Scene.LATER)
                .attribute(1, "did/svc/Hub", "ff00", Scene.LATER);
        assertThat(scene.document().get("service").orElseThrow().text())
                .contains(
                        "\"serviceEndpoint\":\"https://hub.example\"",
                        "\"serviceEndpoint\":{\"uri\":\"https://hub.example\"}",
                        "\"serviceEndpoint\":\"12\"")
                .doesNotContain("service-4");
    }

    @Test
    void eachVersionIsWhatItWas() {
        node.delegate(10, "veriKey", Scene.FRIEND, FakeNode.time(15))
                .owner(20, Scene.OTHER)
                .delegate(30, "sigAuth", Scene.OTHER, Scene.LATER);

        var first = (ResolvedVersion) scene.resolve(Scene.DID, new VersionQuery.ById("10"));
        assertThat(Scene.names(first.document(), "verificationMethod")).containsExactly("#controller", "#delegate-1");
        assertThat(first.metadata().text()).isEqualTo("""
                        {"nextUpdate":"2023-11-14T22:16:40Z","nextVersionId":"20",\
                        "updated":"2023-11-14T22:15:00Z","versionId":"10"}""");

        var between = (ResolvedVersion) scene.resolve(Scene.DID, new VersionQuery.ById("16"));
        assertThat(Scene.names(between.document(), "verificationMethod")).containsExactly("#controller");
        assertThat(between.metadata()).isEqualTo(first.metadata());

        var before = (ResolvedVersion) scene.resolve(Scene.DID, new VersionQuery.ById("9"));
        assertThat(before.metadata().textOf("versionId")).isEmpty();
        assertThat(before.metadata().textOf("nextVersionId")).contains("10");

        var newest = (ResolvedVersion) scene.resolve(Scene.DID, Scene.NEWEST);
        assertThat(newest.metadata().textOf("versionId")).contains("30");
        assertThat(newest.document().text()).contains("0x" + Scene.OTHER).doesNotContain("nextVersionId");
    }

    @Test
    void aTimeIsFoundAmongManyVersionsWithoutAskingForEach() {
        for (int block = 1; block <= 400; block++) {
            node.delegate(block, "veriKey", Scene.FRIEND, Scene.LATER);
        }
        node.asked.clear();
        var found = (ResolvedVersion) scene.resolve(
                Scene.DID,
                new VersionQuery.ByTime(
                        Instant.ofEpochSecond(FakeNode.time(123)).plusSeconds(9)));
        assertThat(found.metadata().textOf("versionId")).contains("123");
        assertThat(found.metadata().textOf("nextVersionId")).contains("124");
        assertThat(node.asked.stream().filter("eth_getBlockByNumber"::equals).count())
                .isLessThan(15);
    }

    @Test
    void anAccountThatWasGivenUpIsNotRevived() {
        node.delegate(1, "sigAuth", Scene.FRIEND, Scene.LATER)
                .owner(2, FakeNode.NOBODY)
                .owner(3, Scene.FRIEND)
                .delegate(4, "sigAuth", Scene.OTHER, Scene.LATER);
        assertThat(scene.resolve(Scene.DID, Scene.NEWEST)).isInstanceOfSatisfying(Deactivated.class, over -> {
            assertThat(over.document().orElseThrow().get("verificationMethod")).contains(new JsonArray(List.of()));
            assertThat(over.metadata().text())
                    .isEqualTo("{\"deactivated\":true,\"updated\":\"2023-11-14T22:13:40Z\",\"versionId\":\"2\"}");
        });
        assertThat(scene.resolve(Scene.DID, new VersionQuery.ById("1"))).isInstanceOf(ResolvedVersion.class);
    }

    @Test
    void aKeyThatIsNoPointIsCountedAndLeftOut() {
        node.attribute(1, "did/pub/Secp256k1/veriKey", "02" + "f".repeat(64), Scene.LATER)
                .attribute(2, "did/pub/Multikey/veriKey", "ab".repeat(5000), Scene.LATER)
                .attribute(3, "did/pub/Ed25519/sigAuth", "aa".repeat(32), Long.MAX_VALUE);
        assertThat(scene.methods()).containsExactly("#controller", "#delegate-3");
    }

    @Test
    void namesThatAreNoTextCountForNothingAndEndNoWalk() {
        node.delegate(1, "veriKey", Scene.FRIEND, Scene.LATER).attributeOfWord(2, "ff".repeat(32), "00", Scene.LATER);
        var newest = (ResolvedVersion) scene.resolve(Scene.DID, Scene.NEWEST);
        assertThat(Scene.names(newest.document(), "verificationMethod")).containsExactly("#controller", "#delegate-1");
        assertThat(newest.metadata().textOf("versionId")).contains("1");
    }
}
