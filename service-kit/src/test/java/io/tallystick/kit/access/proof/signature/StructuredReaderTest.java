package io.tallystick.kit.access.proof.signature;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.kit.access.proof.ProofRefused;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9651: what is a dictionary, what is none, and how it is spelled again. */
class StructuredReaderTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "a=1|a=1",
                "a=-0|a=0",
                "a=1.50|a=1.5",
                "a=2.0|a=2.0",
                "a|a=?1",
                "a;x|a=?1;x",
                "a=?0;x=?1|a=?0;x",
                "a=\"q\\\"\\\\\"|a=\"q\\\"\\\\\"",
                "a=tok/en:*|a=tok/en:*",
                "a=:aGk=:|a=:aGk=:",
                "a=:aGk:|a=:aGk=:",
                "a=@1659578233|a=@1659578233",
                "a=%\"f%c3%bc\"|a=%\"f%c3%bc\"",
                "a=(  \"x\"   y;z=1  );q=2|a=(\"x\" y;z=1);q=2",
                "a=()|a=()",
                "a=1 \t,  b=2|a=1, b=2",
                "*a-b_.c=1|*a-b_.c=1",
            })
    void hasOneSpelling(String sent, String spelled) {
        assertThat(read(sent)).isEqualTo(spelled);
    }

    @Test
    void linesAreJoined() {
        assertThat(read("a=1", "b=2")).isEqualTo("a=1, b=2");
        assertThat(read()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A=1",
                "1=1",
                "a=",
                "a=1,",
                "a=1 b=2",
                "a=1,,b=2",
                ",",
                "a=(1",
                "a=(1)2",
                "a=(1,2)",
                "a=\"x",
                "a=\"\\x\"",
                "a=\"\u00fc\"",
                "a=\"\u0001\"",
                "a=:x:",
                "a=:aGl=:",
                "a=:aGk",
                "a=?2",
                "a=?",
                "a=-",
                "a=1.",
                "a=.1",
                "a=1.2345",
                "a=1234567890123456",
                "a=1234567890123.1",
                "a=@1.5",
                "a=%\"%C3\"",
                "a=%\"x",
                "a=1;",
                "a=1;X=1",
                "a=1;x=1;x=2",
                "a=1, a=2",
                "a=(1 ;x)",
                "a=#"
            })
    void isNoDictionary(String sent) {
        assertThatThrownBy(() -> read(sent)).isInstanceOf(ProofRefused.class);
    }

    @Test
    void isBounded() {
        assertThatThrownBy(() -> read("a=\"" + "x".repeat(8192) + "\"")).isInstanceOf(ProofRefused.class);
        assertThatThrownBy(() -> read("a=(" + "1 ".repeat(33) + ")")).isInstanceOf(ProofRefused.class);
        assertThatThrownBy(
                        () -> read(IntStream.range(0, 33).mapToObj(i -> "a" + i).toArray(String[]::new)))
                .isInstanceOf(ProofRefused.class);
    }

    private static String read(String... lines) {
        return StructuredReader.dictionary("Test", List.of(lines)).entrySet().stream()
                .map(member -> member.getKey() + "=" + member.getValue().serialized())
                .collect(joining(", "));
    }
}
