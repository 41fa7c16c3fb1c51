package io.tallystick.kit.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.kit.access.AccessRefused.Reason;
import io.tallystick.kit.access.apikey.ApiKey;
import io.tallystick.kit.access.proof.Presented;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SentKeyTest {
    private static final String KEY = ApiKey.of(new byte[8], new byte[32]).reveal();
    private static final String OTHER = ApiKey.of(new byte[8], new byte[] {
                1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
            })
            .reveal();

    @Test
    void isReadFromItsHeader() {
        assertThat(SentKey.of(request("", Map.of("x-api-key", List.of(KEY))))).contains(KEY);
        assertThat(SentKey.of(request(
                        "", Map.of("x-api-key", List.of(" " + KEY), "authorization", List.of("bearer " + KEY)))))
                .contains(KEY);
        assertThat(SentKey.of(request("a=b", Map.of("authorization", List.of("Bearer " + KEY)))))
                .isEmpty();
    }

    @Test
    void twoCredentialsThatDifferAreNone() {
        for (var beside : List.of("Bearer " + OTHER, "Bearer eyJ.a.b", "DPoP " + KEY, "Basic " + KEY, KEY)) {
            assertThat(refusal("", Map.of("x-api-key", List.of(KEY), "authorization", List.of(beside))))
                    .as(beside)
                    .isEqualTo(Reason.CONFLICTING_CREDENTIALS);
        }
        assertThat(refusal(
                        "",
                        Map.of("x-api-key", List.of(KEY), "authorization", List.of("Bearer " + KEY, "Bearer " + KEY))))
                .isEqualTo(Reason.CONFLICTING_CREDENTIALS);
        assertThat(refusal("", Map.of("x-api-key", List.of(KEY, OTHER)))).isEqualTo(Reason.MALFORMED_API_KEY);
    }

    @Test
    void anAccessTokenInItsHeaderIsNone() {
        assertThat(refusal("", Map.of("x-api-key", List.of("eyJ.a.b")))).isEqualTo(Reason.MALFORMED_API_KEY);
    }

    @Test
    void aKeyInTheUrlIsRefusedEvenBesideARightHeader() {
        for (var query : List.of("key=" + KEY, "a=1&access_token=" + KEY.replace("_", "%5f"))) {
            assertThat(refusal(query, Map.of())).isEqualTo(Reason.API_KEY_IN_URL);
            assertThat(refusal(query, Map.of("x-api-key", List.of(KEY)))).isEqualTo(Reason.API_KEY_IN_URL);
        }
        assertThatThrownBy(() ->
                        SentKey.of(new Presented("GET", "http", "x", "/v1/readings/" + KEY, "", name -> List.of())))
                .hasMessageContaining("Never put an API key into a URL")
                .hasMessageNotContaining(KEY);
    }

    private static Reason refusal(String query, Map<String, List<String>> headers) {
        var reason = new Reason[1];
        assertThatThrownBy(() -> SentKey.of(request(query, headers)))
                .isInstanceOfSatisfying(AccessRefused.class, e -> reason[0] = e.reason());
        return reason[0];
    }

    private static Presented request(String query, Map<String, List<String>> headers) {
        return new Presented(
                "GET",
                "http",
                "localhost",
                "/v1/readings",
                query,
                name -> headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()));
    }
}
