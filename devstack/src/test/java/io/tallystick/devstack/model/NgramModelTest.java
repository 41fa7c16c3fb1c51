package io.tallystick.devstack.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NgramModelTest {

    final NgramModel model = new NgramModel(new Corpus(List.of(
            Words.cut("A total only rises."), Words.cut("A total never falls."), Words.cut("A total only rises."))));

    @Test
    void atTemperatureZeroSaysWhatItReadMostOften() {
        assertThat(complete(List.of(), 0, 20, List.of())).isEqualTo(new Completion("A total only rises.", 5, "stop"));
    }

    @Test
    void atTemperatureOneSaysTheOtherToo() {
        assertThat(IntStream.range(0, 100)
                        .mapToObj(seed -> Completion.of(model, List.of(), 20, 1, List.of(), new SplittableRandom(seed))
                                .text()))
                .contains("A total only rises.", "A total never falls.");
    }

    @Test
    void goesOnFromTheLastWordItKnows() {
        assertThat(complete(Words.cut("What never changes?"), 0, 20, List.of()).text())
                .isEqualTo("falls.");
    }

    @Test
    void stopsAtTheBound() {
        assertThat(complete(List.of(), 0, 2, List.of())).isEqualTo(new Completion("A total", 2, "length"));
    }

    @Test
    void stopsBeforeAStopSequenceAndCountsTheWordThatHeldIt() {
        assertThat(complete(List.of(), 0, 20, List.of(" only"))).isEqualTo(new Completion("A total", 3, "stop"));
    }

    @Test
    void readsProseAndLeavesOutCodeAndTables() {
        var markdown = """
                # A title of four words

                Some *prose* with a [link](https://example.org).

                ```java
                code code code code code
                ```

                | a | table | with | cells |
                """;

        assertThat(Corpus.paragraphs(markdown))
                .containsExactly(
                        List.of("A", "title", "of", "four", "words"),
                        List.of("Some", "prose", "with", "a", "link", "."));
    }

    private Completion complete(List<String> prompt, double temperature, int most, List<String> stops) {
        return Completion.of(model, prompt, most, temperature, stops, new SplittableRandom(1));
    }
}
