package io.tallystick.kit.access.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.kit.access.apikey.SentKey.Misplaced;
import io.tallystick.kit.access.apikey.SentKey.Why;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SentKeyTest {
    private static final String KEY = ApiKey.of(new byte[8], new byte[32]).reveal();
    private static final String OTHER =
            ApiKey.of(new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, new byte[32]).reveal();
    private static final String URL = "/v1/readings?";

    @Test
    void isReadFromItsHeader() {
        assertThat(sent(URL, Map.of("x-api-key", List.of(KEY)))).contains(KEY);
        assertThat(sent(URL, Map.of("x-api-key", List.of(" " + KEY), "authorization", List.of("bearer " + KEY))))
                .contains(KEY);
        assertThat(sent(URL + "a=b", Map.of("authorization", List.of("Bearer " + KEY))))
                .isEmpty();
    }

    @Test
    void twoCredentialsThatDifferAreNone() {
        for (var beside : List.of("Bearer " + OTHER, "Bearer eyJ.a.b", "DPoP " + KEY, "Basic " + KEY, KEY)) {
            assertThat(refusal(URL, Map.of("x-api-key", List.of(KEY), "authorization", List.of(beside))))
                    .as(beside)
                    .isEqualTo(Why.SEVERAL_CREDENTIALS);
        }
        var twice = List.of("Bearer " + KEY, "Bearer " + KEY);
        assertThat(refusal(URL, Map.of("x-api-key", List.of(KEY), "authorization", twice)))
                .isEqualTo(Why.SEVERAL_CREDENTIALS);
        assertThat(refusal(URL, Map.of("x-api-key", List.of(KEY, OTHER)))).isEqualTo(Why.NO_KEY);
    }

    @Test
    void anAccessTokenInItsHeaderIsNone() {
        assertThat(refusal(URL, Map.of("x-api-key", List.of("eyJ.a.b")))).isEqualTo(Why.NO_KEY);
    }

    @Test
    void aKeyInTheUrlIsRefusedEvenBesideARightHeader() {
        var encoded = KEY.replace("_", "%5f");
        for (var url : List.of(URL + "key=" + KEY, URL + "a=1&access_token=" + encoded, "/v1/readings/" + KEY + "?")) {
            assertThat(refusal(url, Map.of())).isEqualTo(Why.IN_URL);
            assertThat(refusal(url, Map.of("x-api-key", List.of(KEY)))).isEqualTo(Why.IN_URL);
            assertThatThrownBy(() -> sent(url, Map.of()))
                    .hasMessageContaining("revoke this one")
                    .hasMessageNotContaining(KEY);
        }
    }

    private static Why refusal(String url, Map<String, List<String>> headers) {
        var why = new Why[1];
        assertThatThrownBy(() -> sent(url, headers)).isInstanceOfSatisfying(Misplaced.class, e -> why[0] = e.why());
        return why[0];
    }

    private static Optional<String> sent(String url, Map<String, List<String>> headers) {
        return SentKey.of(name -> headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()), url);
    }
}
