package io.tallystick.identity.credential.status;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which of this installation's lists, and where it is found.
 *
 * @param number from 1 on
 */
public record ListAddress(int number, StatusPurpose purpose) {
    static final String FOLDER = "status-lists";
    static final String SUSPENSION = "suspension";

    private static final Pattern PATH = Pattern.compile("/" + FOLDER + "/([1-9][0-9]{0,8})(/" + SUSPENSION + ")?");

    /** @param origin of the installation, such as {@code https://identity.example} */
    public String url(String origin) {
        return origin + "/" + FOLDER + "/" + number + (purpose == StatusPurpose.SUSPENSION ? "/" + SUSPENSION : "");
    }

    /** The list that {@code url} names, if it is one of the installation's in the one spelling. */
    public static Optional<ListAddress> of(String url, String origin) {
        if (!url.startsWith(origin + "/")) {
            return Optional.empty();
        }
        var path = PATH.matcher(url.substring(origin.length()));
        return path.matches()
                ? Optional.of(new ListAddress(
                        Integer.parseInt(path.group(1)),
                        path.group(2) == null ? StatusPurpose.REVOCATION : StatusPurpose.SUSPENSION))
                : Optional.empty();
    }
}
