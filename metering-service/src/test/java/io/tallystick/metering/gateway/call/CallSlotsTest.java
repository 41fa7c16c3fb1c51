package io.tallystick.metering.gateway.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CallSlotsTest {

    @Test
    void givesNoMoreThanItHasAndGivesThemAgain() {
        var slots = new CallSlots(2);

        assertThat(slots.take()).isTrue();
        assertThat(slots.take()).isTrue();
        assertThat(slots.take()).isFalse();
        assertThat(slots.taken()).isEqualTo(2);

        slots.release();
        assertThat(slots.take()).isTrue();
    }

    @Test
    void noticesAReleaseTooMany() {
        assertThatThrownBy(() -> new CallSlots(1).release()).isInstanceOf(IllegalStateException.class);
    }
}
