package io.tallystick.metering.usage.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderTextTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "plain|plain",
                "a b+c|a b+c",
                "Euro%20%E2%82%AC%20%F0%9F%98%80|Euro € 😀",
                "%25|%",
                "a%2Bb+c|a+b+c",
                "\"quoted\"|quoted",
                "\"say \\\"hi\\\" \\\\ %41\"|say \"hi\" \\ A",
                "\"|\"",
                "a \"b\"|a \"b\"",
                "\"a\" and \"b\"|\"a\" and \"b\"",
                "\"open\\\"|\"open\\\"",
                "100%|100%",
                "%4|%4",
                "%zz|%zz",
                "é%C3%A9|éé"
            })
    void readsAnAttribute(String header, String text) {
        assertThat(HeaderText.decoded(header)).contains(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a%FF", "a%FE", "%C3", "%C3x%A9", "%ED%A0%80", "%C0%AF", "\"%FF\""})
    void refusesWhatIsNotUtf8(String header) {
        assertThat(HeaderText.decoded(header)).isEmpty();
    }

    @Test
    void readsTheEmptyText() {
        assertThat(HeaderText.decoded("")).contains("");
        assertThat(HeaderText.decoded("\"\"")).contains("");
    }
}
