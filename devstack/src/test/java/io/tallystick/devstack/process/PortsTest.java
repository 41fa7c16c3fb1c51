package io.tallystick.devstack.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PortsTest {

    @Test
    void aPortIsGivenOutOnceThoughNobodyListensOnIt() {
        // Of 12,000: chosen at random, some would come twice.
        assertThat(Stream.generate(Ports::free).limit(600)).doesNotHaveDuplicates();
    }
}
