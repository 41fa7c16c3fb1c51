package io.tallystick.identity.did.ethr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworksTest {
    private static final String REGISTRY = "0xDCA7EF03e98e0dc2b855be647c39abe984fcf21b";

    private record Setting(URI rpc, Optional<String> registry, Optional<Long> chainId)
            implements EthrConfig.NetworkConfig {}

    private static Setting setting(String rpc) {
        return new Setting(URI.create(rpc), Optional.empty(), Optional.empty());
    }

    private static Setting own(String registry, long chainId) {
        return new Setting(URI.create("https://node.example"), Optional.of(registry), Optional.of(chainId));
    }

    private static Networks only(String name, Setting setting) {
        return new Networks(Map.of(name, setting));
    }

    @Test
    void aDocumentedNetworkIsFoundByItsNameAndItsChain() {
        for (var name : new String[] {"sepolia", "0xaa36a7", "11155111"}) {
            var networks = only(name, setting("https://node.example/key"));
            for (var asked : new String[] {"sepolia", "0xaa36a7", "0xAA36A7", "0x0aa36a7"}) {
                assertThat(networks.find(asked).orElseThrow().registry().hex())
                        .isEqualTo("0x03d5003bf0e79c5f5223588f347eba39afbc3818");
            }
            assertThat(networks.find("mainnet")).isEmpty();
            assertThat(networks.find("0x1")).isEmpty();
        }
    }

    @Test
    void anOwnNetworkSaysItsChainAndItsRegistry() {
        var networks = only("rsk:mine", own(REGISTRY, 31));
        assertThat(networks.find("rsk:mine").orElseThrow().chainId()).isEqualTo(31);
        assertThat(networks.find("0x1f")).isPresent();
        assertThatThrownBy(() -> only("mine", setting("https://node.example"))).hasMessageContaining(".chain-id");
        assertThatThrownBy(() -> only("0x1f", setting("https://node.example"))).hasMessageContaining(".registry");
    }

    @Test
    void settingsThatContradictAreFoundAtTheStart() {
        assertThatThrownBy(() -> only("mainnet", own(REGISTRY, 5))).hasMessageContaining("must be 1");
        assertThatThrownBy(() -> only("mine", own("0x12", 5))).hasMessageContaining(".registry");
        assertThatThrownBy(() -> only("mine", own(REGISTRY, 0))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> only("no name", own(REGISTRY, 5))).hasMessageContaining("the name");
        assertThatThrownBy(() -> new Networks(Map.of("mainnet", own(REGISTRY, 1), "0x1", own(REGISTRY, 1))))
                .hasMessageContaining("second one of chain 1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://node.example", "ftp://node.example", "node", "https://me:secret@node.example", "file:/x"
            })
    void aNodeIsAskedOverTlsOrOnThisMachine(String address) {
        assertThatThrownBy(() -> only("mainnet", setting(address)))
                .hasMessageContaining(".rpc")
                .hasMessageNotContaining("secret");
        assertThat(only("mainnet", setting("http://127.0.0.1:8545")).isEmpty()).isFalse();
    }
}
