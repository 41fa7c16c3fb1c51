package io.tallystick.identity.credential.verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.identity.credential.status.StatusList;
import io.tallystick.kit.access.CompactJws;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A status list says of a credential what it says only if it is the one that was asked for. */
class PresentedListTest {
    private static final String URL = "https://issuer.example/lists/1";

    private final CredentialMaker issuer = new CredentialMaker();

    @Test
    void theBitOfTheIndexIsRead() {
        assertThat(isSet(list(""), entry(5))).isTrue();
        assertThat(isSet(list(""), entry(6))).isFalse();
    }

    @Test
    void aListThatHasSeveralPurposesIsRead() {
        var several = list("").replace("\"revocation\"", "[\"suspension\",\"revocation\"]");

        assertThat(isSet(several, entry(5))).isTrue();
    }

    @Test
    void aListOfAnotherIssuerSaysNothing() {
        var other = new CredentialMaker();
        var list = SignedCredential.parse(other.jwt(list("").replace(issuer.did(), other.did())), 65_536);

        assertThatThrownBy(() -> PresentedList.isSet(list, entry(5), issuer.did()))
                .hasMessageContaining("another issuer");
    }

    @Test
    void aListOfAnotherIdSaysNothing() {
        refused(list("").replace("\"id\":\"" + URL + "\"", "\"id\":\"" + URL + "0\""), entry(6), "another id");
    }

    @Test
    void aListOfAnotherPurposeSaysNothing() {
        refused(list(""), new StatusEntry("suspension", URL, 6), "another statusPurpose");
    }

    @Test
    void anIndexBeyondTheEndSaysNothing() {
        refused(list(""), entry(131_072), "beyond the status list's end");
    }

    @Test
    void aListThatIsNoneSaysNothing() {
        refused(
                list("").replace("BitstringStatusListCredential", "Other"),
                entry(6),
                "no BitstringStatusListCredential");
        refused(list("").replace("\"BitstringStatusList\"", "\"Other\""), entry(6), "no BitstringStatusListCredential");
        refused(list("").replace("encodedList", "encoded"), entry(6), "no encodedList");
        refused(list(",\"statusSize\":2"), entry(6), "more than one bit");
    }

    private String list(String more) {
        return ("{\"@context\":[\"https://www.w3.org/ns/credentials/v2\"],\"id\":\"%s\","
                        + "\"type\":[\"VerifiableCredential\",\"BitstringStatusListCredential\"],\"issuer\":\"%s\","
                        + "\"credentialSubject\":{\"id\":\"%s#list\",\"type\":\"BitstringStatusList\","
                        + "\"statusPurpose\":\"revocation\",\"encodedList\":\"%s\"%s}}")
                .formatted(URL, issuer.did(), URL, StatusList.of(List.of(5)).encoded(), more);
    }

    private static StatusEntry entry(int index) {
        return new StatusEntry("revocation", URL, index);
    }

    private boolean isSet(String list, StatusEntry entry) {
        return PresentedList.isSet(SignedCredential.parse(issuer.jwt(list), 65_536), entry, issuer.did());
    }

    private void refused(String list, StatusEntry entry, String why) {
        assertThatThrownBy(() -> isSet(list, entry))
                .isInstanceOf(CompactJws.Invalid.class)
                .hasMessageContaining(why);
    }
}
