package io.tallystick.devstack.installation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.devstack.installation.Settings.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    @Test
    void portsAreTheUsualOnesUnlessSet() {
        var settings = Settings.of(Map.of("TALLYSTICK_BILLING_PORT", "9103"));

        assertThat(settings.port(Server.BILLING)).isEqualTo(9103);
        assertThat(settings.port(Server.IDENTITY)).isEqualTo(7101);
    }

    @Test
    void freePortsAreNoneOfTheUsualOnes() {
        var usual = Settings.of(Map.of()).ports().values();

        assertThat(Settings.of(Map.of("TALLYSTICK_PORTS", "free")).ports().values())
                .doesNotContainAnyElementsOf(usual);
    }

    @Test
    void tellsNoTracesUnlessItIsSaidWhere() {
        var endpoint = "http://127.0.0.1:4318";

        assertThat(Settings.of(Map.of()).otlpEndpoint()).isEmpty();
        assertThat(Settings.of(Map.of("TALLYSTICK_OTLP_ENDPOINT", endpoint)).otlpEndpoint())
                .isEqualTo(endpoint);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "65536", "http", ""})
    void refusesWhatIsNoPortAndNamesTheVariable(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Settings.of(Map.of("TALLYSTICK_KAFKA_PORT", text)))
                .withMessageContaining("TALLYSTICK_KAFKA_PORT=" + text);
    }

    @Test
    void servicesRunOnAJvmUnlessExecutablesAreAskedFor() {
        assertThat(Settings.of(Map.of()).executables()).isFalse();
        assertThat(Settings.of(Map.of("TALLYSTICK_NATIVE", "no")).executables()).isFalse();
        assertThat(Settings.of(Map.of("TALLYSTICK_NATIVE", "yes")).executables())
                .isTrue();
    }

    @Test
    void kafkaIsInTheLauncherUnlessAProcessIsAskedFor() {
        assertThat(Settings.of(Map.of()).brokerApart()).isFalse();
        assertThat(Settings.of(Map.of("TALLYSTICK_BROKER_PROCESS", "yes")).brokerApart())
                .isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Settings.of(Map.of("TALLYSTICK_BROKER_PROCESS", "1")))
                .withMessageContaining("TALLYSTICK_BROKER_PROCESS=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "YES", ""})
    void refusesWhatIsNeitherYesNorNo(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Settings.of(Map.of("TALLYSTICK_NATIVE", text)))
                .withMessageContaining("TALLYSTICK_NATIVE=" + text);
    }

    @Test
    void thereIsOneProcessOfEachServiceUnlessMoreAreAskedFor() {
        assertThat(Settings.of(Map.of()).replicas()).isEqualTo(1);
        assertThat(Settings.of(Map.of("TALLYSTICK_REPLICAS", "2")).replicas()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "6", "two"})
    void refusesWhatIsNoNumberOfReplicas(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Settings.of(Map.of("TALLYSTICK_REPLICAS", text)))
                .withMessageContaining("TALLYSTICK_REPLICAS=" + text);
    }

    @Test
    void anotherVersionNeedsReplicas() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Settings.of(Map.of("TALLYSTICK_PREVIOUS", "versions/one")))
                .withMessageContaining("TALLYSTICK_REPLICAS");
    }

    @Test
    void namesTheVariableOfAPortThatIsTaken() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = Integer.toString(taken.getLocalPort());
            var settings = Settings.of(Map.of("TALLYSTICK_PORTS", "free", "TALLYSTICK_CHAIN_PORT", port));

            assertThat(settings.taken())
                    .singleElement()
                    .asString()
                    .contains(port)
                    .contains("TALLYSTICK_CHAIN_PORT");
        }
    }
}
