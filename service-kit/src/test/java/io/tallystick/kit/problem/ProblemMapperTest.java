package io.tallystick.kit.problem;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParseException;
import io.vertx.core.VertxException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.sql.SQLException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.hibernate.HibernateException;
import org.hibernate.exception.GenericJDBCException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which failures tell a caller to come back, and which are faults of ours. */
class ProblemMapperTest {
    private final ProblemMapper mapper = new ProblemMapper();

    @ParameterizedTest
    @MethodSource
    void asksToComeBackWhenADependencyIsAway(Throwable failure) {
        try (var answer = mapper.fault(failure)) {
            assertThat(answer.getStatus()).isEqualTo(503);
            assertThat(answer.getHeaderString("Retry-After")).isEqualTo("2");
            assertThat(answer.getEntity().detail()).contains("may have been done in part");
        }
    }

    static Stream<Throwable> asksToComeBackWhenADependencyIsAway() {
        return Stream.of(
                new ConnectException("refused"),
                ClosedConnectionException.INSTANCE,
                new ConnectionPoolTooBusyException("full"),
                new NoStackTraceThrowable("Timeout"),
                new VertxException("Timeout waiting for connection"),
                new IOException("reset by peer"),
                new TimeoutException(),
                new io.smallrye.mutiny.TimeoutException(),
                new CompletionException(ClosedConnectionException.INSTANCE),
                new HibernateException("failed", ClosedConnectionException.INSTANCE),
                new GenericJDBCException("failed", new SQLException("starting", "57P03")));
    }

    @Test
    void saysThatATextCannotBeStored() {
        try (var answer =
                mapper.fault(new HibernateException("failed", new SQLException("invalid byte sequence", "22021")))) {
            assertThat(answer.getStatus()).isEqualTo(400);
        }
        try (var answer = mapper.fault(new PgException("invalid byte sequence", "ERROR", "22021", ""))) {
            assertThat(answer.getStatus()).isEqualTo(400);
        }
    }

    @Test
    void saysThatAMediaTypeIsNone() {
        try (var answer = mapper.fault(new IllegalArgumentException("Failed to parse media type application/"))) {
            assertThat(answer.getStatus()).isEqualTo(415);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"08006", "53300", "57P01", "57P03", "57014", "40P01", "40001", "25006"})
    void asksToComeBackWhenTheDatabaseSaysLater(String sqlState) {
        try (var answer = mapper.fault(new PgException("no", "FATAL", sqlState, ""))) {
            assertThat(answer.getStatus()).isEqualTo(503);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"42P01", "23505", "22000", "P0001"})
    void takesWhatTheDatabaseRefusesForAFault(String sqlState) {
        try (var answer = mapper.fault(new PgException("no", "ERROR", sqlState, ""))) {
            assertThat(answer.getStatus()).isEqualTo(500);
        }
    }

    @Test
    void takesAnythingElseForAFault() {
        for (var failure : new Throwable[] {
            new IllegalStateException(),
            new NullPointerException(),
            new AssertionError(),
            new NoStackTraceThrowable("other"),
            new UncheckedIOException(new JsonParseException(null, "stored wrongly"))
        }) {
            try (var answer = mapper.fault(failure)) {
                assertThat(answer.getStatus()).isEqualTo(500);
            }
        }
    }
}
