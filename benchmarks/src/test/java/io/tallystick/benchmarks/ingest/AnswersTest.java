package io.tallystick.benchmarks.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.benchmarks.ingest.Answers.Answer;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswersTest {

    static final String TWO = "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\ncontent-length: 4\r\n\r\nbody"
            + "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";

    final Answers answers = new Answers();

    @Test
    void answersThatArriveTogetherAreToldApart() throws IOException {
        receive(TWO);

        assertThat(all()).containsExactly(new Answer(202, "body"), new Answer(503, ""));
    }

    @Test
    void anAnswerMayArriveInAnyPieces() throws IOException {
        var found = new ArrayList<Answer>();
        for (int i = 0; i < TWO.length(); i++) {
            receive(TWO.substring(i, i + 1));
            found.addAll(all());
        }

        assertThat(found).containsExactly(new Answer(202, "body"), new Answer(503, ""));
    }

    @Test
    void anAnswerWithoutLengthIsNotGuessed() throws IOException {
        receive("HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n");

        assertThatThrownBy(answers::next).isInstanceOf(IOException.class).hasMessageContaining("content-length");
    }

    @Test
    void aClosedConnectionIsAFault() {
        assertThatThrownBy(() -> receive("")).isInstanceOf(EOFException.class);
    }

    private void receive(String text) throws IOException {
        answers.receive(Channels.newChannel(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII))));
    }

    private List<Answer> all() throws IOException {
        var found = new ArrayList<Answer>();
        for (var answer = answers.next(); answer.isPresent(); answer = answers.next()) {
            found.add(answer.get());
        }
        return found;
    }
}
