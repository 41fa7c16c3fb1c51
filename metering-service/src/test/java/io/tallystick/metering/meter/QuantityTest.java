package io.tallystick.metering.meter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "100,100",
        "1.50,1.5",
        "1e3,1000",
        "1.5E-3,0.0015",
        "00012,12",
        "-0,0",
        "99999999999999999999.999999999999999999,99999999999999999999.999999999999999999",
        "0.000000000000000001,0.000000000000000001"
    })
    void readsWhatEventsReport(String text, String plain) {
        assertThat(Quantity.reported(text))
                .hasValueSatisfying(quantity -> assertThat(quantity).hasToString(plain));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " 1",
                "abc",
                "-1",
                "-0.1",
                "NaN",
                "Infinity",
                "1,5",
                "0x10",
                "1e",
                ".5",
                "1.",
                "100000000000000000000",
                "0.0000000000000000001",
                "1e21",
                "1e999999999",
                "1e-999",
                "1d",
                "١"
            })
    void refusesWhatIsNoNumberWithinBounds(String text) {
        assertThat(Quantity.reported(text)).isEmpty();
    }

    @Test
    void refusesALongTextWithoutReadingIt() {
        assertThat(Quantity.reported("1".repeat(1_000_000))).isEmpty();
    }

    @Test
    void addsExactly() {
        var sum = Quantity.ZERO;
        for (int i = 0; i < 10; i++) {
            sum = sum.plus(Quantity.of(new BigDecimal("0.1")));
        }

        assertThat(sum).isEqualTo(Quantity.ONE);
    }

    @Test
    void isNeverNegativeAndBelowTheTablesBound() {
        var highest = Quantity.of(new BigDecimal("99999999999999999999999999999999999999.999999999999999999"));

        assertThatThrownBy(() -> Quantity.ZERO.minus(Quantity.ONE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> highest.plus(Quantity.ONE)).isInstanceOf(IllegalArgumentException.class);
    }
}
