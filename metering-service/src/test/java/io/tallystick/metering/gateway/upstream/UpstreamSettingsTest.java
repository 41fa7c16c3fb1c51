package io.tallystick.metering.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is configured, and what a wrong setting says. */
class UpstreamSettingsTest {
    private static final String SECRET = "sk-secret-marker";

    @TempDir
    Path folder;

    @Test
    void makesOneUpstreamForEverythingOfTheSingleOne() {
        var all = read(Map.of("upstream.url", "https://models.example/v1/", "upstream.api-key", SECRET));

        var upstream = all.only().orElseThrow().upstream();
        assertThat(upstream.name()).isEqualTo("default");
        assertThat(upstream.at("/v1/chat/completions")).hasToString("https://models.example/v1/chat/completions");
        assertThat(upstream.at("/v1/messages")).hasToString("https://models.example/v1/messages");
        assertThat(upstream.key().orElseThrow().text()).isEqualTo(SECRET);
        assertThat(upstream.timeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(upstream.maxAnswerBytes()).isEqualTo(8_388_608);
    }

    @Test
    void readsSeveralWithKeysFromFilesAndTheirRoutes() throws IOException {
        var file = Files.writeString(folder.resolve("key"), "  " + SECRET + "\n");

        var all = read(Map.of(
                "upstreams.openai.url", "https://api.openai.example",
                "upstreams.openai.api-key-file", file.toString(),
                "upstreams.claude.url", "https://api.anthropic.example",
                "upstreams.claude.kind", "anthropic",
                "upstreams.claude.max-connections", "7",
                "routes[0].model", "claude-*",
                "routes[0].targets[0].upstream", "claude",
                "routes[1].model", "*",
                "routes[1].targets[0].upstream", "openai",
                "routes[1].targets[0].model", "v/*"));

        var doors = all.doors();
        assertThat(doors).extracting(door -> door.upstream().name()).containsExactlyInAnyOrder("openai", "claude");
        assertThat(all.clientNames("openai", "v/gpt")).containsExactly("gpt");
        assertThat(all.clientNames("claude", "claude-x")).containsExactly("claude-x");
        var chosen = all.choose("/v1/chat/completions", "gpt", Instant.now().plusSeconds(5))
                .orElseThrow()
                .next(Instant.now())
                .orElseThrow();
        assertThat(chosen.model()).isEqualTo("v/gpt");
        assertThat(chosen.upstream().key().orElseThrow().text()).isEqualTo(SECRET);
    }

    /** As Kubernetes sets them. */
    @Test
    void readsEnvironmentVariables() {
        var all = read(new EnvConfigSource(
                Map.of(
                        "TALLYSTICK_GATEWAY_UPSTREAMS_LOCAL_URL", "http://models:8000",
                        "TALLYSTICK_GATEWAY_UPSTREAMS_LOCAL_API_KEY", SECRET,
                        "TALLYSTICK_GATEWAY_UPSTREAMS_LOCAL_MAX_CONNECTIONS", "7",
                        "TALLYSTICK_GATEWAY_ROUTES_0__MODEL", "*",
                        "TALLYSTICK_GATEWAY_ROUTES_0__TARGETS_0__UPSTREAM", "local"),
                300));

        var upstream = all.doors().getFirst().upstream();
        assertThat(upstream.name()).isEqualTo("local");
        assertThat(upstream.mostCalls()).isEqualTo(7);
        assertThat(upstream.key()).isPresent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "upstreams.a.kind=openai                                    | upstreams.a.url is not set",
                "upstreams.a.url=ftp://x                                    | upstreams.a: write the address as http",
                "upstreams.a.url=http:///v1                                 | upstreams.a: write the address as http",
                "upstreams.a.url=http://me:sk-secret-marker@x               | a key goes in api-key",
                "upstreams.a.url=http://x/?key=sk-secret-marker             | a key goes in api-key",
                "upstream.url=http://me:sk-secret-marker@x                  | a key goes in api-key",
                "upstreams.A_b.url=http://x                                 | is no name for an upstream",
                "upstreams.default.url=http://x                             | is no name for an upstream",
                "upstreams.a.url=http://x,upstreams.b.url=http://y          | routes is not set",
                "upstreams.a.url=http://x,upstreams.a.timeout=0s            | timeout above zero",
                "upstreams.a.url=http://x,upstreams.a.api-key=sk-secret-marker two | upstreams.a.api-key: is no key",
                "upstreams.a.url=http://x,upstreams.a.api-key=sk-secret-marker,upstreams.a.api-key-file=f | leave one out",
                "upstreams.a.url=http://x,upstreams.a.api-key-file=/not/there | put the provider's key into /not/there",
                "upstreams.a.url=http://x,routing.breaker.open-for=2m       | not above most-open-for",
                "upstreams.a.url=http://x,routes[0].model=m**,routes[0].targets[0].upstream=a | routes[0].model: write one *",
                "upstreams.a.url=http://x,routes[0].model=m,routes[0].targets[0].upstream=b   | there is no upstream b",
                "upstreams.a.url=http://x,routes[0].model=m,routes[0].targets[0].upstream=a,routes[0].targets[0].weight=0 | weight from 1",
            })
    void saysWhatToSet(String settings, String says) {
        var set = new HashMap<String, String>();
        for (var setting : settings.strip().split(",", -1)) {
            var parts = setting.split("=", 2);
            set.put(parts[0], parts[1]);
        }

        assertThatThrownBy(() -> read(set))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("tallystick.gateway.")
                .hasMessageContaining(says.strip())
                .message()
                .doesNotContain(SECRET);
    }

    @Test
    void saysThatThereIsNone() {
        assertThatThrownBy(() -> read(Map.of())).hasMessageContaining("tallystick.gateway.upstream.url is not set");
    }

    @Test
    void printsNoKey() throws IOException {
        var all = read(Map.of("upstream.url", "https://models.example", "upstream.api-key", SECRET));
        var empty = Files.writeString(folder.resolve("empty"), "\n");

        assertThat(all.doors().getFirst().upstream().toString()).doesNotContain(SECRET);
        assertThatThrownBy(
                        () -> read(Map.of("upstreams.a.url", "http://x", "upstreams.a.api-key-file", empty.toString())))
                .hasMessageContaining("is no key");
    }

    private static Upstreams read(Map<String, String> settings) {
        var set = new HashMap<String, String>();
        settings.forEach((name, value) -> set.put("tallystick.gateway." + name, value));
        return read(new PropertiesConfigSource(set, "test", 300));
    }

    private static Upstreams read(org.eclipse.microprofile.config.spi.ConfigSource source) {
        var config = new SmallRyeConfigBuilder()
                .withMapping(UpstreamsConfig.class)
                .withConverter(Duration.class, 200, new DurationConverter())
                .withSources(source)
                .build()
                .getConfigMapping(UpstreamsConfig.class);
        return new UpstreamSettings(config).read(_ -> 0);
    }
}
