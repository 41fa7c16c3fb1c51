package io.tallystick.identity.did.resolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DID URLs are taken apart as DID Core says, or refused. */
class DidUrlTest {

    @Test
    void takesADidUrlApart() {
        var url = DidUrl.parse("did:example:1234/a/b?service=files&relativeRef=%2Fx%3Fy%3D1+2&empty#intro");

        assertThat(url.did()).isEqualTo("did:example:1234");
        assertThat(url.path()).isEqualTo("/a/b");
        assertThat(url.parameters()).isEqualTo(Map.of("service", "files", "relativeRef", "/x?y=1+2", "empty", ""));
        assertThat(url.fragment()).isEqualTo("intro");
    }

    @Test
    void aQuestionMarkInAFragmentBeginsNoQuery() {
        assertThat(DidUrl.parse("did:a:1#b?c/d")).isEqualTo(new DidUrl("did:a:1", "", Map.of(), "b?c/d"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "did",
                "DID:a:1",
                " did:a:1",
                "did:a:1#a#b",
                "did:a:1# ",
                "did:a:1#%",
                "did:a:1#%4",
                "did:a:1#%zz",
                "did:a:1#%４1",
                "did:a:1#é",
                "did:a:1?a=\u0000",
                "did:a:1/\\",
                "did:a:1/\r\n",
                "did:a:1?<script>",
                "did:a:1?a=1&a=2",
                "did:a:1?a&%61"
            })
    void refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> DidUrl.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesWhatIsTooLongOrSaysTooMuch() {
        var many = new StringBuilder("did:a:1?x");
        for (int i = 0; i < 16; i++) {
            many.append("&p").append(i);
        }
        assertThatThrownBy(() -> DidUrl.parse("did:a:1#" + "a".repeat(DidUrl.MAX_LENGTH)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DidUrl.parse(many.toString())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aParameterBesideTheUrlIsNoSecondOne() {
        var url = DidUrl.parse("did:a:1?service=a");

        assertThat(url.with(Map.of("versionId", "1")).parameters()).containsOnlyKeys("service", "versionId");
        assertThatThrownBy(() -> url.with(Map.of("service", "b"))).isInstanceOf(IllegalArgumentException.class);
    }

    /** Any text is a DID URL or is refused in one way; and what was taken apart says the same when put together. */
    @Test
    void fuzzed() {
        var random = new Random(20260601);
        var pieces = new String[] {
            "did:", "key", ":", "#", "?", "/", "%", "%41", "%00", "%ff", "=", "&", "é", "\u0000", "service", "..", "+",
            " "
        };
        int taken = 0;
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder("did:a:1");
            for (int length = random.nextInt(8); length > 0; length--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            try {
                var url = DidUrl.parse(text.toString());
                assertThat(text.toString()).startsWith(url.did() + url.path()).endsWith(url.fragment());
                taken++;
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageNotContaining("\u0000");
            }
        }
        assertThat(taken).isBetween(1_000, 19_000);
    }
}
