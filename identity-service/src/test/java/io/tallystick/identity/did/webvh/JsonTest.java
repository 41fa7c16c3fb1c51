package io.tallystick.identity.did.webvh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The canonical text of RFC 8785, with the RFC's own examples where they have no fractions. */
class JsonTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`{ \"b\" : 1, \"a\" : [ ] }` | `{\"a\":[],\"b\":1}`",
                "`[true, false, null, {}]` | `[true,false,null,{}]`",
                "`\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"` | `\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"`",
                "`[-9007199254740991, 0, 9007199254740991]` | `[-9007199254740991,0,9007199254740991]`",
                "`\"\\b\\t\\n\\f\\r\\u0000\\u001F\\u007f\"` | `\"\\b\\t\\n\\f\\r\\u0000\\u001f\u007f\"`"
            })
    void writesTheCanonicalText(String text, String canonical) {
        assertThat(JsonReader.read(text).text()).isEqualTo(canonical);
    }

    /** The order of the RFC's section 3.2.3: by UTF-16 code units, so that a pair's half goes before U+FB33. */
    @Test
    void sortsNamesByTheirCodeUnits() {
        var text = "{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,\"\\u00f6\":7}";

        assertThat(JsonReader.read(text).text())
                .isEqualTo(
                        "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"\u00f6\":7,\"\u20ac\":1,\"\ud83d\ude00\":5,\"\ufb33\":3}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[1,]",
                "{\"a\":1,}",
                "{a:1}",
                "'a'",
                "\"a",
                "\"\t\"",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\\udc00\"",
                "tru",
                "nul",
                "+1",
                "-",
                "1 2",
                "[] []",
                "NaN",
                "Infinity",
                "{\"a\" 1}",
                "\ufeff{}",
                "\"\\u00\uff10\uff10\""
            })
    void refusesWhatIsNoJson(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> JsonReader.read(text));
    }
}
