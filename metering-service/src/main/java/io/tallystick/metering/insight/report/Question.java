package io.tallystick.metering.insight.report;

import io.tallystick.metering.insight.Span;
import io.tallystick.metering.insight.Windows;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is asked of usage or cost.
 *
 * @param subjects those that it is about; empty for all
 * @param models those that it is about; none for all
 */
record Question(
        String tenant,
        Windows windows,
        boolean bySubject,
        boolean byModel,
        boolean byApiKey,
        Optional<Set<String>> subjects,
        List<String> models,
        int limit,
        Cursor after) {
    /** Most spans of time that are read of each client where all clients are: a year in months, or four months of days. */
    static final int MOST_SPANS_OF_ALL = 130;

    Question {
        subjects = subjects.map(Set::copyOf);
        models = List.copyOf(models);
    }

    /** Whether it reads each client's rows; those of all together are kept beside them. */
    boolean readsClients() {
        return bySubject || subjects.isPresent();
    }

    /** Whether so much would be read that it is not answered. */
    boolean isTooLarge(List<Windows.Piece> pieces) {
        return bySubject
                && subjects.isEmpty()
                && pieces.stream().mapToLong(Question::spans).sum() > MOST_SPANS_OF_ALL;
    }

    private static long spans(Windows.Piece piece) {
        var time = Duration.between(piece.from(), piece.until());
        return switch (piece.span()) {
            case HOUR -> time.toHours();
            case DAY -> time.toDays();
            case WEEK -> Math.ceilDiv(time.toDays(), 7);
            case MONTH -> Math.ceilDiv(time.toDays(), 28);
        };
    }

    /** The spans that no piece names are not read. */
    static List<String> words(List<Windows.Piece> pieces) {
        return pieces.stream().map(Windows.Piece::span).map(Span::word).toList();
    }
}
