package io.tallystick.identity.did.resolution;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.identity.did.resolution.Dereferencing.Document;
import io.tallystick.identity.did.resolution.Dereferencing.Endpoints;
import io.tallystick.identity.did.resolution.Dereferencing.Part;
import io.tallystick.identity.did.resolution.Dereferencing.Reason;
import io.tallystick.identity.did.resolution.Dereferencing.Refused;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.JsonReader;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a DID URL leads to, once its DID is resolved. */
class DereferencerTest {
    private static final String DID = "did:example:1";
    private static final String WEBVH = "did:webvh:QmYenkKz1xeosgJj1BLgvtTVf5YHjnUXCGCjisSu2UvPwR:a.example:dids:one";

    private static final JsonObject DOCUMENT = (JsonObject) JsonReader.read("""
            {"@context":["https://www.w3.org/ns/did/v1.1"],"id":"did:example:1",
            "verificationMethod":[
              {"id":"did:example:1#key","type":"Multikey","controller":"did:example:1","publicKeyMultibase":"z6Mk"},
              {"id":"#short","type":"Multikey","controller":"did:example:1","publicKeyMultibase":"z6Ml"}],
            "authentication":["#key",{"id":"did:example:1#inside","type":"Multikey","publicKeyMultibase":"z6Mm"}],
            "assertionMethod":["did:example:1#short", 7, null],
            "service":[
              {"id":"did:example:1#files","type":"Files","serviceEndpoint":"https://a.example/files/"},
              {"id":"#many","type":["Files","Other"],"serviceEndpoint":["https://b.example/x",{"uri":"https://c.example"},"no url"]},
              {"id":"#map","type":"Map","serviceEndpoint":{"uri":"https://d.example"}},
              {"id":"#mail","type":"Mail","serviceEndpoint":"mailto:a@a.example"},
              {"id":"#anchor","type":"Anchor","serviceEndpoint":"https://a.example/#top"},
              "no service"]}""");

    private static Dereferencing of(String url) {
        return Dereferencer.dereference(DidUrl.parse(url), DOCUMENT, false);
    }

    private static List<String> urls(String url) {
        return ((Endpoints) Dereferencer.dereference(DidUrl.parse(url), DOCUMENT, true)).urls();
    }

    private static Reason refused(String url, boolean endpoints) {
        return ((Refused) Dereferencer.dereference(DidUrl.parse(url), DOCUMENT, endpoints)).reason();
    }

    @Nested
    class GivenAFragment {
        @ParameterizedTest
        @CsvSource({"key, z6Mk", "short, z6Ml", "inside, z6Mm"})
        void isAVerificationMethodWithItsContext(String fragment, String key) {
            assertThat(of(DID + "#" + fragment)).isInstanceOfSatisfying(Part.class, found -> {
                assertThat(found.part().textOf("publicKeyMultibase")).contains(key);
                assertThat(found.part().get("@context")).isEqualTo(DOCUMENT.get("@context"));
            });
        }

        @Test
        void isAService() {
            assertThat(of(DID + "#files")).isInstanceOfSatisfying(Part.class, found -> assertThat(
                            found.part().textOf("serviceEndpoint"))
                    .contains("https://a.example/files/"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"none", "did:example:1", "ke", "key%20", "KEY"})
        void orIsNotFound(String fragment) {
            assertThat(refused(DID + "#" + fragment, false)).isEqualTo(Reason.NOT_FOUND);
        }

        @Test
        void aKeyMustBeAuthorizedForThePurposeThatIsAskedFor() {
            assertThat(of(DID + "?verificationRelationship=authentication#key")).isInstanceOf(Part.class);
            assertThat(of(DID + "?verificationRelationship=authentication#inside"))
                    .isInstanceOf(Part.class);
            assertThat(of(DID + "?verificationRelationship=assertionMethod#short"))
                    .isInstanceOf(Part.class);
            for (var relationship : List.of("assertionMethod", "keyAgreement", "service", "verificationMethod", "x")) {
                assertThat(refused(DID + "?verificationRelationship=" + relationship + "#key", false))
                        .isEqualTo(Reason.INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD);
            }
            assertThat(refused(DID + "?verificationRelationship=authentication#files", false))
                    .isEqualTo(Reason.INVALID_VERIFICATION_METHOD);
            assertThat(refused(DID + "?verificationRelationship=authentication", false))
                    .isEqualTo(Reason.INVALID_VERIFICATION_METHOD);
        }
    }

    @Nested
    class GivenAService {
        @Test
        void isTheDocumentWithThatServiceOnly() {
            assertThat(of(DID + "?service=files")).isInstanceOfSatisfying(Document.class, found -> assertThat(
                            found.document().text())
                    .contains("#files")
                    .contains("#key")
                    .doesNotContain("#many"));
            assertThat(of(DID + "?serviceType=Files")).isInstanceOfSatisfying(Document.class, found -> assertThat(
                            found.document().text())
                    .contains("#files", "#many")
                    .doesNotContain("#map"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"service=files", "service=%23files", "service=did:example:1%23files"})
        void isWhereItLies(String query) {
            assertThat(urls(DID + "?" + query)).containsExactly("https://a.example/files/");
        }

        @Test
        void severalEndpointsAreAllNamedAndMapsAreSkipped() {
            assertThat(urls(DID + "?serviceType=Files&relativeRef=y"))
                    .containsExactly("https://a.example/files/y", "https://b.example/x/y");
            assertThat(refused(DID + "?service=map", true)).isEqualTo(Reason.NOT_FOUND);
            assertThat(refused(DID + "?service=none", true)).isEqualTo(Reason.NOT_FOUND);
            assertThat(refused(DID + "?service=files&serviceType=Mail", true)).isEqualTo(Reason.NOT_FOUND);
            assertThat(refused(DID + "#key", true)).isEqualTo(Reason.NOT_FOUND);
        }

        /** The example of the specification. */
        @Test
        void inheritsTheFragment() {
            assertThat(urls(DID + "?service=files&relativeRef=%2Fsome%2Fpath%3Fquery#frag"))
                    .containsExactly("https://a.example/files/some/path?query#frag");
            assertThat(refused(DID + "?service=anchor#frag", true)).isEqualTo(Reason.INVALID_DID_URL);
        }
    }

    @Nested
    class Attack {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "..%2F",
                    "%2F..%2F..%2Fetc%2Fpasswd",
                    "a%2F..%2F..%2Fb",
                    ".%2F%2Fevil.example",
                    "%252e%252e%252f",
                    "%25252e%25252e%25252fa",
                    "..%255cb",
                    "%2F%2Fevil.example%2F",
                    "https:%2F%2Fevil.example",
                    "javascript:alert(1)",
                    "%5C%5Cevil.example",
                    "a%0D%0ASet-Cookie:%20x",
                    "a%250D%250Ab",
                    "%25",
                    "%2525252525252525"
                })
        void relativeRefThatLeavesTheService(String reference) {
            assertThat(refused(DID + "?service=files&relativeRef=" + reference, true))
                    .isEqualTo(Reason.INVALID_DID_URL);
            assertThat(refused(DID + "?service=files&relativeRef=" + reference, false))
                    .isEqualTo(Reason.INVALID_DID_URL);
        }

        @Test
        void relativeRefOfSomethingWithoutAPath() {
            assertThat(refused(DID + "?service=mail&relativeRef=a", true)).isEqualTo(Reason.INVALID_DID_URL);
            assertThat(refused(DID + "?relativeRef=a", true)).isEqualTo(Reason.INVALID_DID_URL);
        }

        /** A restriction that is not understood is not ignored. */
        @Test
        void parameterThatNobodyKnows() {
            assertThat(refused(DID + "?hl=zQm#key", false)).isEqualTo(Reason.NOT_FOUND);
        }

        /** Whatever is asked of whatever document, there is an answer, and no URL leaves its service. */
        @Test
        void fuzzed() {
            var random = new Random(20260602);
            var pieces = List.of("..", "/", "%2F", "%2e", "%25", "a", "\\", ":", "//", "?", "#", "%00", "é", "@", "");
            for (int i = 0; i < 20_000; i++) {
                var reference = new StringBuilder();
                for (int length = random.nextInt(7); length > 0; length--) {
                    reference.append(pieces.get(random.nextInt(pieces.size())));
                }
                var url = new DidUrl(DID, "", Map.of("service", "files", "relativeRef", reference.toString()), "");
                if (Dereferencer.dereference(url, DOCUMENT, true) instanceof Endpoints(var urls)) {
                    assertThat(urls)
                            .allMatch(one ->
                                    URI.create(one).normalize().toString().startsWith("https://a.example/files/"));
                }
            }
        }
    }

    @Nested
    class GivenADidWebvh {
        private final JsonObject document = (JsonObject) JsonReader.read("{\"id\":\"" + WEBVH + "\"}");

        private Dereferencing urls(String rest) {
            return Dereferencer.dereference(DidUrl.parse(WEBVH + rest), document, true);
        }

        @ParameterizedTest
        @CsvSource({
            "/whois, https://a.example/dids/one/whois.vp",
            "/a/b.json, https://a.example/dids/one/a/b.json",
            "?service=whois, https://a.example/dids/one/whois.vp",
            "?service=files&relativeRef=%2Fc, https://a.example/dids/one/c"
        })
        void hasTwoServicesThatItsDocumentDoesNotName(String rest, String url) {
            assertThat(urls(rest)).isEqualTo(new Endpoints(List.of(url)));
        }

        @Test
        void attackPathThatLeavesTheFolder() {
            assertThat(urls("/../x")).isInstanceOf(Refused.class);
            assertThat(urls("/%2e%2e/x")).isInstanceOf(Refused.class);
            assertThat(urls("//evil.example/x")).isInstanceOf(Refused.class);
            assertThat(urls("/a?service=files")).isInstanceOf(Refused.class);
            assertThat(Dereferencer.dereference(DidUrl.parse(DID + "/whois"), DOCUMENT, true))
                    .isInstanceOf(Refused.class);
        }
    }
}
