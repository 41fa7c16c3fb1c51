package io.tallystick.identity.wallet.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChallengeTest {
    private static final String DID = SignInParserTest.DID;
    private static final Instant ISSUED = Instant.parse("2026-01-01T00:00:00.123Z");
    private static final Instant NOW = Instant.parse("2026-01-01T00:01:00Z");

    private final Challenge challenge = new Challenge(
            new Place(URI.create("http://identity.test"), "acme"),
            DID,
            new Account(84532, SignInParserTest.ADDRESS),
            "0123456789abcdef0123456789abcdef",
            ISSUED,
            ISSUED.plusSeconds(300));

    private Optional<String> flaw(String text) {
        return challenge.flaw(SignInParser.parse(text), NOW);
    }

    @Test
    void itsOwnMessageAndOneThatTheClientWroteLinkExactlyThis() {
        var own = challenge.message().text();

        assertThat(SignInParser.parse(own)).isEqualTo(challenge.message());
        assertThat(flaw(own)).isEmpty();
        assertThat(flaw(SignInParserTest.FULL)).isEmpty();
        assertThat(flaw(SignInParserTest.FULL.replace("http://identity.test wants", "identity.test wants")))
                .isEmpty();
    }

    @Test
    void aMessageForAnotherDomainIsRefused() {
        for (var other : new String[] {
            "attacker.test",
            "identity.test:443",
            "a@identity.test",
            "identity.test.",
            "IDENTITY.TEST",
            "https://identity.test"
        }) {
            assertThat(flaw(SignInParserTest.FULL.replace("http://identity.test wants", other + " wants")))
                    .as(other)
                    .hasValueSatisfying(why -> assertThat(why).contains("another domain"));
        }
        assertThat(flaw(SignInParserTest.FULL.replace("URI: http://identity.test\n", "URI: http://attacker.test\n")))
                .hasValueSatisfying(why -> assertThat(why).contains("URI"));
    }

    @Test
    void aMessageForAnotherDidIsRefused() {
        assertThat(flaw(SignInParserTest.FULL.replace(DID, "did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw")))
                .hasValueSatisfying(why -> assertThat(why).contains("resources"));
        assertThat(flaw(SignInParserTest.FULL.replace("- " + DID + "\n", ""))).isPresent();
    }

    @Test
    void aMessageForAnotherTenantIsRefused() {
        assertThat(flaw(SignInParserTest.FULL.replace("/tenants/acme", "/tenants/other")))
                .isPresent();
        assertThat(flaw(SignInParserTest.FULL + "\n- http://identity.test/v1/tenants/other"))
                .isPresent();
        assertThat(flaw(SignInParserTest.FULL + "\n- " + DID)).isPresent();
    }

    @Test
    void aMessageForAnotherChainIsRefused() {
        assertThat(flaw(SignInParserTest.FULL.replace("Chain ID: 84532", "Chain ID: 8453")))
                .hasValueSatisfying(why -> assertThat(why).contains("another chain"));
    }

    @Test
    void aMessageForAnotherAccountIsRefused() {
        assertThat(flaw(SignInParserTest.FULL.replace(
                        "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf", "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF")))
                .hasValueSatisfying(why -> assertThat(why).contains("another account"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Expiration Time: 2026-01-01T00:05:00.000Z|Expiration Time: 2026-01-01T00:00:59Z",
                "Expiration Time: 2026-01-01T00:05:00.000Z|Expiration Time: 2026-01-01T00:01:00Z",
                "Issued At: 2026-01-01T00:00:00.123Z|Issued At: 2025-12-31T23:58:00Z",
            })
    void anExpiredMessageIsRefused(String change) {
        var parts = change.split("\\|", 2);
        assertThat(flaw(SignInParserTest.FULL.replace(parts[0], parts[1]))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Not Before: 2026-01-01T00:00:00.000Z|Not Before: 2026-01-01T00:01:00.001Z",
                "Issued At: 2026-01-01T00:00:00.123Z|Issued At: 2026-01-01T00:02:01Z",
            })
    void aMessageThatIsNotYetValidIsRefused(String change) {
        var parts = change.split("\\|", 2);
        assertThat(flaw(SignInParserTest.FULL.replace(parts[0], parts[1]))).isPresent();
    }

    @Test
    void aChallengeEnds() {
        assertThat(challenge.expired(ISSUED.plusSeconds(299))).isFalse();
        assertThat(challenge.expired(ISSUED.plusSeconds(300))).isTrue();
    }

    /** The examples of EIP-55. */
    @Test
    void anAddressWithATypingErrorIsNoAccount() {
        for (var address :
                new String[] {"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
                }) {
            var account = Account.parse("eip155:1:" + address);
            assertThat(account.checksummed()).isEqualTo(address);
            assertThat(Account.parse(account.id())).isEqualTo(account);
        }
        for (var wrong : new String[] {
            "eip155:1:0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "eip155:0:0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            "eip155:1:0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed\n",
            "eip155:9007199254740993:0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            "solana:1:0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"
        }) {
            assertThatThrownBy(() -> Account.parse(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
