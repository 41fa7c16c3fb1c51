package io.tallystick.identity.did.webvh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebvhDidTest {
    private static final String SCID = "QmRRaLXwc6BjBuBPosSupJwEQ8w9f3znP7yfbpGfwcnLr6";

    @ParameterizedTest
    @CsvSource({
        "example.com, https://example.com/.well-known/did.jsonl",
        "issuer.example.com, https://issuer.example.com/.well-known/did.jsonl",
        "example.com:dids:issuer, https://example.com/dids/issuer/did.jsonl",
        "example.com%3A3000:dids:issuer, https://example.com:3000/dids/issuer/did.jsonl",
        "jp%E7%B4%8D%E8%B1%86.%E4%BE%8B.jp:%E7%94%A8%E6%88%B7, "
                + "https://xn--jp-cd2fp15c.xn--fsq.jp/%E7%94%A8%E6%88%B7/did.jsonl"
    })
    void liesWhereTheSpecificationSays(String place, String url) {
        var did = WebvhDid.parse("did:webvh:" + SCID + ":" + place);

        assertThat(did.logUrl()).hasToString(url);
        assertThat(did).hasToString("did:webvh:" + SCID + ":" + place);
        assertThat(did.web()).isEqualTo("did:web:" + place);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "127.0.0.1",
                "127.1",
                "0x7f.0x1",
                "1.2.3.0x4",
                "[::1]",
                "example..com",
                ".com",
                "-a.example",
                "a_b.example",
                "example.com%3A",
                "example.com%3A0",
                "example.com%3A65536",
                "example.com%3A1%3A2",
                "example.com%",
                "example.com%2Fa",
                "user%40example.com",
                "example.com:",
                "example.com::a",
                "example.com:..",
                "example.com:%2e%2E",
                "example.com:a%2Fb",
                "example.com:a%5Cb",
                "example.com:%00",
                "example.com:%20a",
                "example.com:a/b",
                "example.com#a",
                "example.com?a",
                "example.com:%zz",
                "\u00e9.example"
            })
    void isRefusedIfItLeadsElsewhere(String place) {
        assertThatIllegalArgumentException().isThrownBy(() -> WebvhDid.parse("did:webvh:" + SCID + ":" + place)
                .logUrl());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"did:web:a.example", "did:webvh:a.example", "did:webvh:Qm0:a.example", "did:webvh::a.example"})
    void isRefusedWithoutAnScid(String did) {
        assertThatIllegalArgumentException().isThrownBy(() -> WebvhDid.parse(did));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "%41", ":a", ".a"})
    void isRefusedWhenVeryLong(String part) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WebvhDid.parse("did:webvh:" + SCID + ":a.example" + part.repeat(100_000)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WebvhDid.unborn("a.example" + part.repeat(100_000), List.of()));
    }
}
