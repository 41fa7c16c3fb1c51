package io.tallystick.benchmarks.executable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryTest {

    @Test
    void readsKibibytesOfTheKernelsStatus() {
        var status = List.of(
                "Name:\tbilling-service",
                "VmHWM:\t  102400 kB",
                "VmRSS:\t   81920 kB",
                "RssAnon:\t   40960 kB",
                "RssFile:\t   40952 kB",
                "RssShmem:\t       8 kB");

        assertThat(Memory.parse(status)).isEqualTo(new Memory(83_886_080, 41_943_040, 41_934_848, 104_857_600));
    }

    @Test
    void refusesAStatusWithoutMemory() {
        assertThatThrownBy(() -> Memory.parse(List.of("Name:\tkthreadd"))).hasMessageContaining("VmRSS");
    }
}
