package io.tallystick.metering.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.metering.gateway.call.Headers;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ApiKindTest {
    private static final Optional<ProviderKey> KEY = Optional.of(new ProviderKey("sk-provider"));

    @ParameterizedTest
    @CsvSource({
        "OPENAI, /v1/chat/completions, Authorization, Bearer sk-provider",
        "ANTHROPIC, /v1/messages, x-api-key, sk-provider",
        "ANTHROPIC, /v1/models, x-api-key, sk-provider",
        "BOTH, /v1/embeddings, Authorization, Bearer sk-provider",
        "BOTH, /v1/messages, x-api-key, sk-provider"
    })
    void putsTheKeyWhereTheApiHasIt(ApiKind kind, String path, String name, String value) {
        var sent = kind.withKey(Headers.NONE.with("Accept", "*/*"), path, KEY);

        assertThat(sent.all(name)).containsExactly(value);
        assertThat(sent.all("Accept")).containsExactly("*/*");
    }

    @ParameterizedTest
    @EnumSource(ApiKind.class)
    void attackTheClientsCredentialsReachNoProvider(ApiKind kind) {
        var client = Headers.NONE.with("authorization", "Bearer theirs").with("X-Api-Key", "theirs");

        for (var path : new String[] {"/v1/messages", "/v1/chat/completions"}) {
            assertThat(kind.withKey(client, path, KEY).fields())
                    .noneMatch(field -> field.value().contains("theirs"));
            assertThat(kind.withKey(client, path, Optional.empty()).fields())
                    .noneMatch(field -> field.value().contains("theirs"));
        }
    }

    @Test
    void namesAVersionOfAnthropicsApiIfTheClientDoesNot() {
        assertThat(ApiKind.ANTHROPIC.withKey(Headers.NONE, "/v1/messages", KEY).all("anthropic-version"))
                .containsExactly("2023-06-01");
        assertThat(ApiKind.BOTH
                        .withKey(Headers.NONE.with("Anthropic-Version", "2027-01-01"), "/v1/messages", KEY)
                        .all("anthropic-version"))
                .containsExactly("2027-01-01");
    }
}
