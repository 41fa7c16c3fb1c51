package io.tallystick.benchmarks.ingest;

import io.tallystick.benchmarks.ingest.Answers.Answer;
import java.nio.ByteBuffer;

/** What a {@link Load} sends: whole requests of HTTP/1.1, each as good as the next. */
public interface Requests {

    /** What one request counts for, such as the events in it. */
    int size();

    /** Longest that a request can be. */
    int mostBytes();

    /** Writes the next request and answers the tokens that it reports. */
    long write(ByteBuffer out);

    /** Whether the service did all that the request asked for. */
    boolean taken(Answer answer);
}
