package io.tallystick.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.images.SharedLibraries.Library;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SharedLibrariesTest {

    @Test
    void areThoseWithAFileAndTheLoader() {
        var output = """
                	linux-vdso.so.1 (0x00007ffd3a5e6000)
                	libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x00007f3b1c3e0000)
                	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f3b1c1ff000)
                	/lib64/ld-linux-x86-64.so.2 (0x00007f3b1c410000)
                """;

        assertThat(SharedLibraries.parse(output))
                .containsExactly(
                        new Library("libz.so.1", Path.of("/lib/x86_64-linux-gnu/libz.so.1")),
                        new Library("libc.so.6", Path.of("/lib/x86_64-linux-gnu/libc.so.6")),
                        new Library("/lib64/ld-linux-x86-64.so.2", Path.of("/lib64/ld-linux-x86-64.so.2")));
    }

    @Test
    void areNotPackedWhenOneIsMissing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SharedLibraries.parse("\tlibz.so.1 => not found\n"))
                .withMessageContaining("libz.so.1");
    }
}
