package io.tallystick.identity.wallet.proof;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads a message by EIP-4361's grammar and by nothing else: line by line, each in its place, once. What a wallet showed
 * its holder is the text, so there is exactly one way to read it.
 */
final class SignInParser {
    static final String GREETING = " wants you to sign in with your Ethereum account:";

    /** More than a message with every field needs. */
    static final int MAX_LENGTH = 8_192;

    private static final int MAX_RESOURCES = 32;

    private static final String ESCAPE = "%[0-9A-Fa-f]{2}";
    private static final String UNRESERVED = "A-Za-z0-9._~\\-";
    private static final String SUB_DELIMITERS = "!$&'()*+,;=";
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*");
    /** RFC 3986: user information, a host by name or by number, a port. */
    private static final Pattern AUTHORITY = Pattern.compile("(?:(?:[" + UNRESERVED + SUB_DELIMITERS + ":]|" + ESCAPE
            + ")*+@)?+(?:\\[[:" + UNRESERVED + SUB_DELIMITERS + "]++]|(?:[" + UNRESERVED
            + SUB_DELIMITERS + "]|" + ESCAPE + ")++)(?::[0-9]*+)?+");
    /** RFC 3986's reserved and unreserved characters, and the space. */
    private static final Pattern STATEMENT = Pattern.compile("[" + UNRESERVED + SUB_DELIMITERS + ":/?#\\[\\]@ ]++");

    private static final Pattern URI = Pattern.compile(
            "[A-Za-z][A-Za-z0-9+.-]*+:(?:[" + UNRESERVED + SUB_DELIMITERS + ":/?#\\[\\]@]|" + ESCAPE + ")*+");
    private static final Pattern REQUEST_ID =
            Pattern.compile("(?:[" + UNRESERVED + SUB_DELIMITERS + ":@]|" + ESCAPE + ")*+");
    private static final Pattern ADDRESS = Pattern.compile("0x[0-9a-fA-F]{40}");
    private static final Pattern CHAIN = Pattern.compile("[1-9][0-9]{0,14}");
    private static final Pattern NONCE = Pattern.compile(Challenge.NONCE);
    private static final Pattern TIME = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}"
            + "(?<fraction>\\.[0-9]{1,64})?(?<offset>[Zz]|[+-][0-9]{2}:[0-9]{2})");

    private final List<String> lines;
    private int next;

    private SignInParser(String text) {
        // A carriage return is in no line's grammar, so it is refused where it stands.
        lines = List.of(text.split("\n", -1));
    }

    /** @throws IllegalArgumentException with a reason, if {@code text} is not exactly such a message */
    static SignInMessage parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("the message is longer than " + MAX_LENGTH + " characters");
        }
        return new SignInParser(text).message();
    }

    private SignInMessage message() {
        var origin = origin(line());
        var address = address(line());
        requireEmpty("after the address");
        var statement = line();
        if (!statement.isEmpty()) {
            matched("statement", STATEMENT, statement);
            requireEmpty("after the statement");
        }
        var uri = matched("URI", URI, required("URI: "));
        if (!required("Version: ").equals("1")) {
            throw new IllegalArgumentException("the message's version must be 1");
        }
        long chain = Long.parseLong(matched("chain id", CHAIN, required("Chain ID: ")));
        var nonce = matched("nonce", NONCE, required("Nonce: "));
        var issuedAt = time("Issued At", required("Issued At: "));
        var expirationTime = optional("Expiration Time: ").map(text -> time("Expiration Time", text));
        var notBefore = optional("Not Before: ").map(text -> time("Not Before", text));
        var requestId = optional("Request ID: ").map(text -> matched("request id", REQUEST_ID, text));
        var resources = resources();
        if (next < lines.size()) {
            throw new IllegalArgumentException("line " + (next + 1) + " of the message has no place there");
        }
        return new SignInMessage(
                origin.scheme,
                origin.domain,
                address,
                statement,
                uri,
                chain,
                nonce,
                issuedAt,
                expirationTime,
                notBefore,
                requestId,
                resources);
    }

    private record Origin(String scheme, String domain) {}

    private static Origin origin(String line) {
        if (!line.endsWith(GREETING)) {
            throw new IllegalArgumentException("the message's first line must end in \"" + GREETING.strip() + "\"");
        }
        var origin = line.substring(0, line.length() - GREETING.length());
        int end = origin.indexOf("://");
        var scheme = end < 0 ? "" : matched("scheme", SCHEME, origin.substring(0, end));
        return new Origin(scheme, matched("domain", AUTHORITY, end < 0 ? origin : origin.substring(end + 3)));
    }

    private static String address(String line) {
        matched("address", ADDRESS, line);
        var address = line.toLowerCase(Locale.ROOT);
        if (!new Account(1, address).checksummed().equals(line)) {
            throw new IllegalArgumentException("the message's address must have EIP-55's capitals");
        }
        return address;
    }

    private List<String> resources() {
        if (next == lines.size() || !lines.get(next).equals("Resources:")) {
            return List.of();
        }
        next++;
        var resources = new ArrayList<String>();
        while (next < lines.size()) {
            if (resources.size() == MAX_RESOURCES) {
                throw new IllegalArgumentException("the message names more than " + MAX_RESOURCES + " resources");
            }
            resources.add(matched("resource", URI, required("- ")));
        }
        return resources;
    }

    private String line() {
        if (next == lines.size()) {
            throw new IllegalArgumentException("the message ends after line " + next);
        }
        return lines.get(next++);
    }

    private void requireEmpty(String where) {
        if (!line().isEmpty()) {
            throw new IllegalArgumentException("the message needs an empty line " + where);
        }
    }

    private String required(String label) {
        return optional(label)
                .orElseThrow(() -> new IllegalArgumentException(
                        "line " + (next + 1) + " of the message must begin with \"" + label.strip() + "\""));
    }

    private Optional<String> optional(String label) {
        if (next == lines.size() || !lines.get(next).startsWith(label)) {
            return Optional.empty();
        }
        return Optional.of(lines.get(next++).substring(label.length()));
    }

    private static String matched(String name, Pattern form, String value) {
        if (!form.matcher(value).matches()) {
            throw new IllegalArgumentException("the message's " + name + " is not as EIP-4361 has it");
        }
        return value;
    }

    /** RFC 3339. What is finer than a nanosecond is left out. */
    private static Instant time(String name, String text) {
        var matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("the message's " + name + " is no RFC 3339 time");
        }
        var fraction = matcher.group("fraction") == null ? "" : matcher.group("fraction");
        var kept = fraction.substring(0, Math.min(fraction.length(), 10));
        try {
            return OffsetDateTime.parse(
                            (text.substring(0, 19) + kept + matcher.group("offset")).toUpperCase(Locale.ROOT))
                    .toInstant();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("the message's " + name + " is no RFC 3339 time", e);
        }
    }
}
