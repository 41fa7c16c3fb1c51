package io.tallystick.devstack.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * What goes wrong on purpose, so that clients can be tried against it: a request says so in {@code user}, or in
 * {@code metadata.user_id}.
 *
 * @param status {@code fail:429} refuses the request with that status; 0 does not
 * @param breakAfter {@code break:3} closes the connection after so many events of a stream; -1 does not
 * @param pause {@code slow} takes its time before each event
 */
record Mishap(int status, int breakAfter, Duration pause) {

    private static final Pattern NAME = Pattern.compile("(fail|break):(\\d{1,3})");
    private static final Duration SLOW = Duration.ofMillis(100);

    static Mishap of(JsonNode request) {
        var user = request.path("user")
                .asText(request.path("metadata").path("user_id").asText());
        if (user.equals("slow")) {
            return new Mishap(0, -1, SLOW);
        }
        var named = NAME.matcher(user);
        if (!named.matches()) {
            return new Mishap(0, -1, Duration.ZERO);
        }
        var number = Integer.parseInt(named.group(2));
        return named.group(1).equals("fail")
                ? new Mishap(number, -1, Duration.ZERO)
                : new Mishap(0, number, Duration.ZERO);
    }
}
