package io.tallystick.metering.gateway.upstream.route;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.metering.gateway.call.Body;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelNameTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"model\":\"a\"}|{\"model\":\"b\"}",
                "{ \"model\" :\t\"a\" , \"n\":1.50e+2 }|{ \"model\" :\t\"b\" , \"n\":1.50e+2 }",
                "{\"x\":{\"model\":\"a\",\"y\":[{\"model\":\"a\"}]},\"model\":\"a\"}|{\"x\":{\"model\":\"a\",\"y\":[{\"model\":\"a\"}]},\"model\":\"b\"}",
                "{\"s\":\"\\\"model\\\":\\\"a\\\"}\",\"model\":\"a\"}|{\"s\":\"\\\"model\\\":\\\"a\\\"}\",\"model\":\"b\"}",
                "{\"s\":\"}]\\\\\",\"t\":[true,null,-1],\"model\":\"a\",\"z\":[]}|{\"s\":\"}]\\\\\",\"t\":[true,null,-1],\"model\":\"b\",\"z\":[]}",
                "{\"\\u006dodel\":\"\\u0061\",\"k\":\"é€😀\"}|{\"\\u006dodel\":\"b\",\"k\":\"é€😀\"}",
                "{\"é\":\"😀\",\"model\":\"a\"}|{\"é\":\"😀\",\"model\":\"b\"}",
            })
    void changesTheBytesOfThatOneValue(String before, String after) {
        assertThat(replaced(before, "b")).isEqualTo(after);
    }

    @Test
    void writesANameThatHasToBeEscaped() {
        assertThat(replaced("{\"model\":\"a\"}", "x\"\\y")).isEqualTo("{\"model\":\"x\\\"\\\\y\"}");
    }

    /** Such a body is refused before; here it must end, and with an error. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{}",
                "[]",
                "{\"model\"",
                "{\"model\":1}",
                "{\"x\":\"\\",
                "{\"x\":[",
                "{\"x\":1}",
                "{\"x\":1,"
            })
    void endsOnWhatIsNoRequest(String body) {
        assertThatThrownBy(() -> replaced(body, "b")).isInstanceOf(IllegalArgumentException.class);
    }

    private static String replaced(String body, String model) {
        return new String(
                ModelName.replaced(new Body(body.getBytes(UTF_8)), model).bytes(), UTF_8);
    }
}
