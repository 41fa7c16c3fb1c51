package io.tallystick.identity.did;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.identity.did.Resolution.InvalidDid;
import io.tallystick.identity.did.Resolution.MethodNotSupported;
import io.tallystick.identity.did.Resolution.Resolved;
import io.tallystick.kit.access.Base58;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The DIDs are the examples of the methods' specifications. */
class DidResolverTest {
    private static final String ED25519 = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";

    private final DidResolver resolver = new DidResolver();

    @Nested
    class GivenADidKey {
        @ParameterizedTest
        @CsvSource({
            "ED25519, did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
            "SECP256K1, did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
            "P256, did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169"
        })
        void resolvesToADocumentWithThatKey(KeyType type, String did) {
            var resolved = resolved(did);
            var multibase = did.substring("did:key:".length());
            var method = resolved.document().verificationMethod().getFirst();

            assertThat(resolved.authentication()).singleElement().satisfies(key -> {
                assertThat(key.type()).isEqualTo(type);
                assertThat(key.multibase()).isEqualTo(multibase);
            });
            assertThat(resolved.document().id()).isEqualTo(did);
            assertThat(method.id()).isEqualTo(did + "#" + multibase);
            assertThat(method.type()).isEqualTo("Multikey");
            assertThat(method.controller()).isEqualTo(did);
            assertThat(method.publicKeyMultibase()).isEqualTo(multibase);
            assertThat(resolved.document().authentication()).isEqualTo(List.of(method.id()));
            assertThat(resolved.document().keyAgreement()).isEmpty();
        }

        @Test
        void ofX25519AgreesOnKeysAndSignsNothing() {
            var resolved = resolved("did:key:z6LSeu9HkTHSfLLeUs2nnzUSNedgDUevfNQgQjQC23ZCit6F");

            assertThat(resolved.authentication()).isEmpty();
            assertThat(resolved.document().authentication()).isEmpty();
            assertThat(resolved.document().keyAgreement()).hasSize(1);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "did:key:f6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", // another multibase
                    "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2do", // a character short
                    "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doKK", // a character long
                    "did:key:z16MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", // a leading zero byte
                    "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2d0K", // no base58 character
                    "did:key:z4MXj1wBzi9jUstyNvmiK5WLRRL4rr9UvzPxhry1CudCLKWLyMbP1WoTwDfttBTpxDKf5hAJEjqNbeYx2EEvrJmSWHAu7TJRPTrE3QodbMfRvRNRDyYvaN1FSQus2ziS1rWXwAi5Gpc16bY3JwjyLCPJLfdRWHZhRXiay5FWEkfoSKy6aftnzAvqNkKBg2AxgzGMinR6d1WiH4w5mEXFtUeZkeo4uwtRTd8rD9BoVaHVkGwJkksDybE23CsBNXiNfbweFVRcwfTMhcQsTsYhUWDcSC6QE3zt9h4Rvsrj7XRYdwYSK3bc1qFRsg5HULKBp2uZ1gcayiW2FqHFcMRjBieC4LnSMSD1AZB1WUncVRbPpVkn1UGhCU", // RSA
                    "did:key:z", // nothing
                })
        void withABrokenKeyIsInvalid(String did) {
            assertThat(resolver.resolve(did)).isInstanceOf(InvalidDid.class);
        }

        @Test
        void withAPointOffItsCurveIsInvalid() {
            // x = 5 is no point's coordinate on secp256k1.
            var bytes = new byte[35];
            bytes[0] = (byte) 0xe7;
            bytes[1] = 1;
            bytes[2] = 2;
            bytes[34] = 5;

            assertThat(resolver.resolve("did:key:z" + Base58.encode(bytes))).isInstanceOf(InvalidDid.class);
        }
    }

    @Nested
    class AttackByDidStringTricks {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "did:",
                    "did:key",
                    "did:key:",
                    "did::z6Mk",
                    "DID:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
                    "did:KEY:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
                    " did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
                    "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK\n",
                    "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK#z6Mk",
                    "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK?x=1",
                    "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK/../x",
                    "did:key:%7a6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
                    "did:key:..%2e",
                    "did:key::z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
                    "did:key:z6Mkhа", // a Cyrillic a
                })
        void isInvalid(String did) {
            assertThat(resolver.resolve(did)).isInstanceOf(InvalidDid.class);
        }

        @Test
        void isInvalidWhenVeryLong() {
            assertThat(resolver.resolve("did:key:z" + "1".repeat(100_000))).isInstanceOf(InvalidDid.class);
        }

        @ParameterizedTest
        @ValueSource(strings = {"did:web:127.0.0.1", "did:web:evil.example", "did:ethr:0x0", "did:webvh:Qm:a.example"})
        void neverLeavesTheMachine(String did) {
            assertThat(resolver.resolve(did)).isInstanceOf(MethodNotSupported.class);
        }
    }

    @Nested
    class GivenADidJwk {
        @Test
        void ofP256Signs() {
            var resolved = resolved(
                    "did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBU"
                            + "dFJNNEVVM3l6OTFQSDZDZEgyVjAiLCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9");

            assertThat(resolved.authentication()).singleElement().satisfies(key -> assertThat(key.type())
                    .isEqualTo(KeyType.P256));
            assertThat(resolved.document().verificationMethod().getFirst().id()).endsWith("#0");
            assertThat(resolved.document().verificationMethod().getFirst().publicKeyJwk())
                    .containsEntry("crv", "P-256");
        }

        @Test
        void forEncryptionSignsNothing() {
            var resolved = resolved("did:jwk:eyJrdHkiOiJPS1AiLCJjcnYiOiJYMjU1MTkiLCJ1c2UiOiJlbmMiLCJ4IjoiM3A3YmZYdDl3"
                    + "YlRUVzJIQzdPUTFOei1EUThoYmVHZE5yZngtRkctSUswOCJ9");

            assertThat(resolved.authentication()).isEmpty();
            assertThat(resolved.document().keyAgreement()).hasSize(1);
        }

        @Test
        void withSomeonesPrivateKeyIsInvalid() {
            assertThat(resolver.resolve(jwk("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\""
                            + "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\",\"d\":\"AAAA\"}")))
                    .isInstanceOf(InvalidDid.class);
        }

        @Test
        void withDuplicateNamesOrAForeignCurveIsInvalid() {
            assertThat(resolver.resolve(jwk("{\"kty\":\"OKP\",\"kty\":\"EC\",\"crv\":\"Ed25519\",\"x\":\"AA\"}")))
                    .isInstanceOf(InvalidDid.class);
            assertThat(resolver.resolve(jwk("{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AA\",\"y\":\"AA\"}")))
                    .isInstanceOf(InvalidDid.class);
            assertThat(resolver.resolve("did:jwk:AAAA")).isInstanceOf(InvalidDid.class);
        }

        private static String jwk(String json) {
            return "did:jwk:"
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Nested
    class GivenADidPkh {
        @Test
        void resolvesToTheAccount() {
            var did = "did:pkh:eip155:84532:0xb9c5714089478a327f09197987f16f9e5d936e8a";

            var method = resolved(did).document().verificationMethod().getFirst();

            assertThat(method.blockchainAccountId())
                    .isEqualTo("eip155:84532:0xb9c5714089478a327f09197987f16f9e5d936e8a");
            assertThat(resolved(did).authentication()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "did:pkh:eip155:84532:0x1234",
                    "did:pkh:eip155:0:0xb9c5714089478a327f09197987f16f9e5d936e8a",
                    "did:pkh:solana:4sGjMW1sUnHzSxGspuhpqLDx6wiyjNtZ:CKg5d12Jhpej1JqtmxLJgaFqqeYjxgPqToJ4LBdvG9Ev"
                })
        void ofAnythingElseIsInvalid(String did) {
            assertThat(resolver.resolve(did)).isInstanceOf(InvalidDid.class);
        }
    }

    @Test
    void readsWhatItWrites() {
        assertThat(Did.parse(ED25519).toString()).isEqualTo(ED25519);
    }

    private Resolved resolved(String did) {
        return (Resolved) resolver.resolve(did);
    }
}
