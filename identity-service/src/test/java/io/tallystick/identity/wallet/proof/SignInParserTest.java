package io.tallystick.identity.wallet.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** EIP-4361's grammar. The texts were written by viem 2.48's createSiweMessage. */
class SignInParserTest {
    static final String ADDRESS = "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf";
    static final String DID = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";
    static final String FULL = """
            http://identity.test wants you to sign in with your Ethereum account:
            0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf

            I link.

            URI: http://identity.test
            Version: 1
            Chain ID: 84532
            Nonce: 0123456789abcdef0123456789abcdef
            Issued At: 2026-01-01T00:00:00.123Z
            Expiration Time: 2026-01-01T00:05:00.000Z
            Not Before: 2026-01-01T00:00:00.000Z
            Request ID: r-1
            Resources:
            - did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK
            - http://identity.test/v1/tenants/acme""";
    private static final String LEAST = """
            identity.test wants you to sign in with your Ethereum account:
            0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf


            URI: http://identity.test
            Version: 1
            Chain ID: 84532
            Nonce: 0123456789abcdef0123456789abcdef
            Issued At: 2026-01-01T00:00:00.123Z""";

    @Test
    void everyFieldIsRead() {
        var message = SignInParser.parse(FULL);

        assertThat(message.scheme()).isEqualTo("http");
        assertThat(message.domain()).isEqualTo("identity.test");
        assertThat(message.account()).isEqualTo(new Account(84532, ADDRESS));
        assertThat(message.statement()).isEqualTo("I link.");
        assertThat(message.uri()).isEqualTo("http://identity.test");
        assertThat(message.nonce()).isEqualTo("0123456789abcdef0123456789abcdef");
        assertThat(message.issuedAt()).isEqualTo("2026-01-01T00:00:00.123Z");
        assertThat(message.expirationTime()).contains(Instant.parse("2026-01-01T00:05:00Z"));
        assertThat(message.notBefore()).contains(Instant.parse("2026-01-01T00:00:00Z"));
        assertThat(message.requestId()).contains("r-1");
        assertThat(message.resources()).isEqualTo(List.of(DID, "http://identity.test/v1/tenants/acme"));
    }

    @Test
    void whatIsOptionalMayBeLeftOut() {
        var message = SignInParser.parse(LEAST);

        assertThat(message.scheme()).isEmpty();
        assertThat(message.statement()).isEmpty();
        assertThat(message.expirationTime()).isEmpty();
        assertThat(message.notBefore()).isEmpty();
        assertThat(message.requestId()).isEmpty();
        assertThat(message.resources()).isEmpty();
        assertThat(message.text()).isEqualTo(LEAST);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    http://identity.test wants       | user:p%20w@[2001:db8::1]:8443 wants
                    identity.test wants              | localhost:7101 wants
                    I link.                          | Terms: https://a.example/?q=[1]&b='2'#x (ok); @all! $5 *+,~_
                    Request ID: r-1                  | 'Request ID: '
                    Request ID: r-1                  | Request ID: a:b@c%2F!$&'()*+,;=
                    Issued At: 2026-01-01T00:00:00.123Z | Issued At: 2026-01-01t02:30:00.1234567890123+02:30
                    Issued At: 2026-01-01T00:00:00.123Z | Issued At: 2026-01-01T00:00:00z
                    - did:key                        | - ipfs://bafy/x.json?a=%5B#f|- did:key
                    """)
    void whatTheGrammarAllowsIsRead(String from, String to) {
        assertThat(FULL).contains(from);
        SignInParser.parse(FULL.replace(from, to));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "wants you to sign in|wants you to log in",
                "http://identity.test wants|://identity.test wants",
                "http://identity.test wants|http:// wants",
                "http://identity.test wants|http://identity.test/path wants",
                "http://identity.test wants| wants",
                "0x7E5F|0x7e5F",
                "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf|0x7e5f4552091a69125d5dfcb7b8c2659029395bdf",
                "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf|0x7E5F4552091A69125d5DfCb7b8C2659029395Bd",
                "I link.|Ich verkn\u00fcpfe",
                "I link.|100 %",
                "I link.|\"quoted\"",
                "I link.|tab\there",
                "URI: http://identity.test|URI: identity",
                "URI: http://identity.test|URI: http://identity.test/ space",
                "URI: http://identity.test|URI: http://identity.test/%zz",
                "URI: http|Uri: http",
                "Version: 1|Version: 2",
                "Version: 1|Version: 01",
                "Chain ID: 84532|Chain ID: 0x14a34",
                "Chain ID: 84532|Chain ID: 084532",
                "Chain ID: 84532|Chain ID: 99999999999999999999",
                "Nonce: 0123456789abcdef0123456789abcdef|Nonce: 0123456",
                "Nonce: 0123456789abcdef0123456789abcdef|Nonce: 01234567-9abcdef",
                "Issued At: 2026-01-01T00:00:00.123Z|Issued At: 2026-01-01 00:00:00Z",
                "Issued At: 2026-01-01T00:00:00.123Z|Issued At: 2026-02-30T00:00:00Z",
                "Issued At: 2026-01-01T00:00:00.123Z|Issued At: 2026-01-01T00:00:00",
                "Issued At: 2026-01-01T00:00:00.123Z|Issued At: 1767225600",
                "Request ID: r-1|Request ID: a b",
                "Request ID: r-1|Request ID: a/b",
                "- did:key:|- no uri:",
                "- did:key:|-did:key:",
                "- did:key:|did:key:",
            })
    void whatTheGrammarDoesNotHaveIsRefused(String change) {
        var from = change.substring(0, change.indexOf('|'));
        var to = change.substring(change.indexOf('|') + 1);
        assertThat(FULL).contains(from);

        assertThatThrownBy(() -> SignInParser.parse(FULL.replace(from, to)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** What would let a field say another one, and its reader see what the wallet did not show. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "I link.|I link.\nURI: http://attacker.test",
                "I link.|I link.\n\nURI: http://attacker.test",
                "I link.|I link.\r\nagain",
                "I link.|\n",
                "URI: http://identity.test\n|URI: http://attacker.test\nURI: http://identity.test\n",
                "Version: 1\n|Version: 1\nVersion: 1\n",
                "Nonce: 0123456789abcdef0123456789abcdef\n|Nonce: 0123456789abcdef\nNonce: 0123456789abcdef0123456789abcdef\n",
                "Request ID: r-1\n|Request ID: r-1\nRequest ID: r-2\n",
                "Request ID: r-1\n|Request ID: r-1\nExpiration Time: 2036-01-01T00:00:00Z\n",
                "Not Before: 2026-01-01T00:00:00.000Z\n|Not Before: 2026-01-01T00:00:00.000Z\n\n",
                "Expiration Time: 2026-01-01T00:05:00.000Z\nNot Before: 2026-01-01T00:00:00.000Z|Not Before: 2026-01-01T00:00:00.000Z\nExpiration Time: 2026-01-01T00:05:00.000Z",
                "/acme|/acme\n",
                "/acme|/acme\r",
                "/acme|/acme\nResources:\n- did:key:x",
                "/acme|/acme\nNonce: 0123456789abcdef0123456789abcdee",
            })
    void newlineInjectionIsRefused(String change) {
        var from = change.substring(0, change.indexOf('|'));
        var to = change.substring(change.indexOf('|') + 1);
        assertThat(FULL).contains(from);

        assertThatThrownBy(() -> SignInParser.parse(FULL.replace(from, to)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void endlessTextsAreRefusedAtOnce() {
        assertThatThrownBy(() -> SignInParser.parse(FULL.replace("I link.", "a".repeat(9_000))))
                .hasMessageContaining("longer");
        assertThatThrownBy(() -> SignInParser.parse(FULL + "\n- a:".repeat(33))).hasMessageContaining("resources");
        assertThatThrownBy(() -> SignInParser.parse("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SignInParser.parse("a:".repeat(4_000) + SignInParser.GREETING))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
