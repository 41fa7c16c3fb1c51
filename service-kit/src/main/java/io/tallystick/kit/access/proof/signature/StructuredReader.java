package io.tallystick.kit.access.proof.signature;

import io.tallystick.kit.access.proof.ProofRefused;
import io.tallystick.kit.access.proof.signature.Structured.Bare;
import io.tallystick.kit.access.proof.signature.Structured.Bytes;
import io.tallystick.kit.access.proof.signature.Structured.Display;
import io.tallystick.kit.access.proof.signature.Structured.Flag;
import io.tallystick.kit.access.proof.signature.Structured.Fraction;
import io.tallystick.kit.access.proof.signature.Structured.InnerList;
import io.tallystick.kit.access.proof.signature.Structured.Item;
import io.tallystick.kit.access.proof.signature.Structured.Member;
import io.tallystick.kit.access.proof.signature.Structured.Moment;
import io.tallystick.kit.access.proof.signature.Structured.Text;
import io.tallystick.kit.access.proof.signature.Structured.Whole;
import io.tallystick.kit.access.proof.signature.Structured.Word;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a dictionary of RFC 9651. Stricter in one thing: a name that comes twice is refused, where the RFC lets the last
 * one win, so that no two readers see two signatures under one label.
 */
final class StructuredReader {
    private static final int MAX_LENGTH = 8192;
    private static final int MAX_MEMBERS = 32;

    private final String field;
    private final String text;
    private int at;

    private StructuredReader(String field, String text) {
        this.field = field;
        this.text = text;
    }

    /**
     * @param lines the values of the header {@code field}
     * @throws ProofRefused if they are no dictionary, or too much of one
     */
    static Map<String, Member> dictionary(String field, List<String> lines) {
        var text = String.join(", ", lines);
        if (text.length() > MAX_LENGTH) {
            throw ProofRefused.wrong(field + " is longer than " + MAX_LENGTH + " characters.");
        }
        return new StructuredReader(field, text).dictionary();
    }

    private Map<String, Member> dictionary() {
        var members = new LinkedHashMap<String, Member>();
        skip(" ");
        while (at < text.length()) {
            var name = key();
            var member = taken('=') ? member() : new Item(new Flag(true), parameters());
            if (members.put(name, member) != null) {
                throw bad("has " + name + " twice");
            }
            if (members.size() > MAX_MEMBERS) {
                throw bad("has more than " + MAX_MEMBERS + " members");
            }
            skip(" \t");
            if (at == text.length()) {
                break;
            }
            require(',');
            skip(" \t");
            if (at == text.length()) {
                throw bad("ends with a comma");
            }
        }
        return members;
    }

    private Member member() {
        return peek() == '(' ? innerList() : new Item(bare(), parameters());
    }

    private InnerList innerList() {
        require('(');
        var items = new ArrayList<Item>();
        while (true) {
            skip(" ");
            if (taken(')')) {
                return new InnerList(items, parameters());
            }
            if (items.size() >= MAX_MEMBERS) {
                throw bad("has a list of more than " + MAX_MEMBERS);
            }
            items.add(new Item(bare(), parameters()));
            if (peek() != ' ' && peek() != ')') {
                throw bad("has a list that does not end");
            }
        }
    }

    private Map<String, Bare> parameters() {
        var parameters = new LinkedHashMap<String, Bare>();
        while (taken(';')) {
            skip(" ");
            var name = key();
            if (parameters.put(name, taken('=') ? bare() : new Flag(true)) != null) {
                throw bad("has the parameter " + name + " twice");
            }
            if (parameters.size() > MAX_MEMBERS) {
                throw bad("has more than " + MAX_MEMBERS + " parameters");
            }
        }
        return parameters;
    }

    private Bare bare() {
        var next = peek();
        if (next == '"') {
            return new Text(quoted());
        }
        if (next == '-' || isDigit(next)) {
            return number();
        }
        if (next == ':') {
            return bytes();
        }
        if (next == '?') {
            at++;
            return new Flag(flag());
        }
        if (next == '@') {
            at++;
            if (number() instanceof Whole(var seconds)) {
                return new Moment(seconds);
            }
            throw bad("has a time that is no whole number");
        }
        if (next == '%') {
            return display();
        }
        if (next == '*' || isLetter(next)) {
            return word();
        }
        throw bad("has a value of no known kind");
    }

    private boolean flag() {
        if (taken('1')) {
            return true;
        }
        require('0');
        return false;
    }

    private String quoted() {
        require('"');
        var value = new StringBuilder();
        while (true) {
            var c = next();
            if (c == '"') {
                return value.toString();
            }
            if (c == '\\') {
                c = next();
                if (c != '"' && c != '\\') {
                    throw bad("has a backslash before another character than \" or \\");
                }
            } else if (c < 0x20 || c > 0x7e) {
                throw bad("has a text that is not of visible ASCII characters");
            }
            value.append(c);
        }
    }

    private Bare number() {
        int from = at;
        taken('-');
        int whole = digits();
        if (whole == 0) {
            throw bad("has a number without digits");
        }
        if (!taken('.')) {
            if (whole > 15) {
                throw bad("has a number of more than 15 digits");
            }
            return new Whole(Long.parseLong(text.substring(from, at)));
        }
        int fraction = digits();
        if (whole > 12 || fraction < 1 || fraction > 3) {
            throw bad("has a fraction out of bounds");
        }
        return new Fraction(new BigDecimal(text.substring(from, at)));
    }

    private int digits() {
        int from = at;
        while (isDigit(peek())) {
            at++;
        }
        return at - from;
    }

    private Bare bytes() {
        require(':');
        var spelled = upTo(':');
        try {
            var decoded = Base64.getDecoder().decode(spelled);
            // One spelling only: what is left over in the last character could be anything otherwise.
            if (!Base64.getEncoder().encodeToString(decoded).replace("=", "").equals(spelled.replace("=", ""))) {
                throw bad("has bytes that are not base64 in their shortest spelling");
            }
            return new Bytes(decoded);
        } catch (IllegalArgumentException e) {
            throw bad("has bytes that are not base64");
        }
    }

    private Bare display() {
        require('%');
        require('"');
        var spelled = upTo('"');
        if (!spelled.matches("(?:[\\x20-\\x24\\x26-\\x7e]|%[0-9a-f]{2})*")) {
            throw bad("has a text beyond ASCII that is not percent-encoded in lower case");
        }
        return new Display(spelled);
    }

    private Bare word() {
        int from = at;
        while (isLetter(peek()) || isDigit(peek()) || (peek() > 0 && "!#$%&'*+-.^_`|~:/".indexOf(peek()) >= 0)) {
            at++;
        }
        return new Word(text.substring(from, at));
    }

    private String key() {
        int from = at;
        if (peek() != '*' && !isLower(peek())) {
            throw bad("has a name that does not begin with a letter in lower case");
        }
        while (isLower(peek()) || isDigit(peek()) || (peek() > 0 && "_-.*".indexOf(peek()) >= 0)) {
            at++;
        }
        return text.substring(from, at);
    }

    private String upTo(char last) {
        int from = at;
        at = text.indexOf(last, from) + 1;
        if (at == 0) {
            throw bad("has a value that does not end");
        }
        return text.substring(from, at - 1);
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private char next() {
        if (at >= text.length()) {
            throw bad("ends too early");
        }
        return text.charAt(at++);
    }

    private boolean taken(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void require(char c) {
        if (!taken(c)) {
            throw bad("lacks a " + c);
        }
    }

    private void skip(String blanks) {
        while (at < text.length() && blanks.indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isLower(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean isLetter(char c) {
        return isLower(c) || (c >= 'A' && c <= 'Z');
    }

    private ProofRefused bad(String what) {
        return ProofRefused.wrong(field + " is not understood: it " + what + ".");
    }
}
