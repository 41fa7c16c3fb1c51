package io.tallystick.kit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTest {
    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final String NOT_SAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

    @Test
    void namesTheCurrentSpan() {
        try (var _ = TraceParent.context(TRACE).makeCurrent()) {
            assertThat(TraceParent.current()).isEqualTo(TRACE);
        }
    }

    @Test
    void isEmptyOutsideOfATrace() {
        assertThat(TraceParent.current()).isEmpty();
    }

    @Test
    void isEmptyWhereTheTraceIsNotKept() {
        var span = Span.wrap(TraceParent.span(NOT_SAMPLED));

        try (var _ = Context.root().with(span).makeCurrent()) {
            assertThat(TraceParent.current()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nothing",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01"
            })
    void nothingElseIsAPlaceInATrace(String text) {
        assertThat(TraceParent.span(text).isValid()).isFalse();
        assertThat(TraceParent.context(text)).isEqualTo(Context.root());
    }
}
