package io.tallystick.identity.did;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.kit.access.CompactJws;
import org.junit.jupiter.api.Test;

class VerificationKeyTest {

    /** RFC 8037, appendix A.3; the other two were made with Node's crypto. */
    @Test
    void hasTheThumbprintThatOtherSoftwareGivesItsJwk() {
        assertThat(VerificationKey.of(KeyType.ED25519, CompactJws.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"))
                        .thumbprint())
                .isEqualTo("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assertThat(VerificationKey.of(
                                KeyType.P256,
                                CompactJws.decode("SmBY0BcXOfHyuEjaL8xNtTT98TY71TACkaNBR31B-CQ"),
                                CompactJws.decode("cr_S5ApabJQjZPAMmsMLBahgKryUJR30T1ZbB_I3fsQ"))
                        .thumbprint())
                .isEqualTo("EWfdXilreBGyWiLhA_dTmFCxq2TMGC3W3FzKE6WK1g8");
        assertThat(VerificationKey.of(
                                KeyType.SECP256K1,
                                CompactJws.decode("8JdjVMLNUVQGKZaxuKiWbGnQTb4TtEHRFzaw-_PwxXo"),
                                CompactJws.decode("9yWU4TSCjX6uJftIeoE_V4xlXwjHQihFo-biyjp1qJg"))
                        .thumbprint())
                .isEqualTo("u2wmNpM6rV1t-nqE2bF5iu2T5wkLRjKd7eFwpS_NrwY");
    }
}
