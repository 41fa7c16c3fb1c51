package io.tallystick.kit.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.vertx.core.VertxException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.net.ConnectException;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Tells a dependency that is away, full or too slow from a fault, by what its client throws or what wraps it. */
final class Away {
    private static final String DATABASE = "database";

    /**
     * What the database answers when the same may well go through later. 08: the connection; 53: out of resources; 57P:
     * it shuts down or starts; 57014: a statement took too long; 40: rolled back in favour of another; 25006: it is a
     * standby; 55P03: a lock was not to be had.
     */
    private static final Pattern LATER = Pattern.compile("(08|53|57P|40).*|57014|25006|55P03");

    /** A character that it does not store: U+0000. */
    private static final String NO_TEXT = "22021";

    private static final int MOST_CAUSES = 20;

    private Away() {}

    /** What did not answer; empty if nothing says so. */
    static Optional<String> dependency(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .limit(MOST_CAUSES)
                .map(Away::named)
                .filter(name -> !name.isEmpty())
                .findFirst();
    }

    /** Whether the database refused a text as such: the sender's, for ours are all its own. */
    static boolean isRefusedText(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .limit(MOST_CAUSES)
                .anyMatch(cause -> switch (cause) {
                    case PgException refusal -> NO_TEXT.equals(refusal.getSqlState());
                    case SQLException refusal -> NO_TEXT.equals(refusal.getSQLState());
                    default -> false;
                });
    }

    private static String named(Throwable cause) {
        return switch (cause) {
            case PgException refusal -> later(refusal.getSqlState());
            case SQLException refusal -> later(refusal.getSQLState());
            case ClosedConnectionException _, ConnectionPoolTooBusyException _, ConnectException _ -> DATABASE;
            // The pool's two words for a connection that did not come in time.
            case NoStackTraceThrowable timeout when "Timeout".equals(timeout.getMessage()) -> DATABASE;
            case VertxException timeout when "Timeout waiting for connection".equals(timeout.getMessage()) -> DATABASE;
            case JsonProcessingException _ -> "";
            case IOException _, TimeoutException _, io.smallrye.mutiny.TimeoutException _ -> "A dependency";
            default -> "";
        };
    }

    private static String later(String sqlState) {
        return sqlState != null && LATER.matcher(sqlState).matches() ? DATABASE : "";
    }
}
