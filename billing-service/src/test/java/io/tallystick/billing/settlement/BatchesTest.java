package io.tallystick.billing.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.billing.settlement.Batches.Refusal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BatchesTest {

    @Test
    void aGoodBatchIsSimulatedOnce() {
        var asked = new ArrayList<List<Integer>>();

        var sifted = Batches.sift(numbers(100), batch -> {
            asked.add(batch);
            return "";
        });

        assertThat(sifted.accepted()).hasSize(100);
        assertThat(asked).hasSize(1);
    }

    @Test
    void oneBadElementOfAHundredIsFoundInFewSteps() {
        var asked = new ArrayList<List<Integer>>();

        var sifted = Batches.sift(numbers(100), batch -> {
            asked.add(batch);
            return batch.contains(37) ? "bad" : "";
        });

        assertThat(sifted.accepted()).hasSize(99).doesNotContain(37);
        assertThat(sifted.refused()).containsExactly(new Refusal<>(37, "bad"));
        assertThat(asked).hasSizeLessThanOrEqualTo(15);
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 200);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void keepsTheGoodAndTheirOrderWhateverIsBad(long seed) {
        var random = new Random(seed);
        var all = numbers(random.nextInt(101));
        Set<Integer> bad = new HashSet<>();
        all.stream().filter(_ -> random.nextInt(4) == 0).forEach(bad::add);

        var sifted = Batches.sift(all, batch -> batch.stream().anyMatch(bad::contains) ? "bad" : "");

        assertThat(sifted.accepted())
                .containsExactlyElementsOf(
                        all.stream().filter(n -> !bad.contains(n)).toList());
        assertThat(sifted.refused().stream().map(Refusal::element)).containsExactlyElementsOf(new TreeSet<>(bad));
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }
}
