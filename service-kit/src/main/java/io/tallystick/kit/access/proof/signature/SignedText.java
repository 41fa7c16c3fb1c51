package io.tallystick.kit.access.proof.signature;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tallystick.kit.access.proof.HttpUrl;
import io.tallystick.kit.access.proof.Presented;
import io.tallystick.kit.access.proof.ProofRefused;
import io.tallystick.kit.access.proof.signature.Structured.InnerList;
import io.tallystick.kit.access.proof.signature.Structured.Item;
import io.tallystick.kit.access.proof.signature.Structured.Text;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The text that is signed (RFC 9421, section 2.5): one line for each part of the request that the signature covers. */
final class SignedText {
    private static final Pattern FIELD = Pattern.compile("[!#$%&'*+.^_`|~0-9a-z-]{1,256}");
    private static final Pattern FOLD = Pattern.compile("[ \\t]*\\r?\\n[ \\t]+");

    private final InnerList covered;
    private final Set<String> names;

    /** @throws ProofRefused if a part comes twice, or is named in a way that is not understood */
    SignedText(InnerList covered) {
        this.covered = covered;
        this.names = covered.items().stream().map(SignedText::name).collect(Collectors.toCollection(HashSet::new));
        if (names.size() != covered.items().size()) {
            throw ProofRefused.wrong("The signature covers a part of the request twice.");
        }
    }

    boolean covers(String name) {
        return names.contains(name);
    }

    /**
     * The text, for a request that was sent to this URL.
     *
     * @throws ProofRefused if the request lacks a part
     */
    byte[] text(Presented request, HttpUrl url) {
        var text = new StringBuilder();
        for (var part : covered.items()) {
            text.append(part.serialized())
                    .append(": ")
                    .append(value(name(part), request, url))
                    .append('\n');
        }
        return text.append("\"@signature-params\": ")
                .append(covered.serialized())
                .toString()
                .getBytes(US_ASCII);
    }

    private static String name(Item part) {
        if (!(part.value() instanceof Text(var name)) || !part.parameters().isEmpty()) {
            throw ProofRefused.wrong("The signature may cover parts of the request by their names only.");
        }
        return name;
    }

    private static String value(String name, Presented request, HttpUrl url) {
        var path = request.path().isEmpty() ? "/" : request.path();
        var query = request.query().isEmpty() ? "" : "?" + request.query();
        return switch (name) {
            case "@method" -> request.method();
            case "@target-uri" -> url.origin() + path + query;
            case "@authority" -> url.authority();
            case "@scheme" -> url.origin().substring(0, url.origin().indexOf(':'));
            case "@request-target" -> path + query;
            case "@path" -> path;
            case "@query" -> "?" + request.query();
            default -> field(name, request);
        };
    }

    private static String field(String name, Presented request) {
        if (!FIELD.matcher(name).matches()) {
            throw ProofRefused.wrong("The signature covers " + shown(name)
                    + ", which is not understood. Parts are @method, @target-uri, @authority, @scheme, @request-target, "
                    + "@path, @query and headers in lower case.");
        }
        var lines = request.header(name);
        if (lines.isEmpty()) {
            throw ProofRefused.wrong("The signature covers the header " + name + ", which the request has not.");
        }
        var value = lines.stream()
                .map(line -> FOLD.matcher(line).replaceAll(" ").strip())
                .collect(Collectors.joining(", "));
        // The base is ASCII, and a line of it ends at the first line break.
        if (!value.chars().allMatch(c -> c == '\t' || (c >= 0x20 && c <= 0x7e))) {
            throw ProofRefused.wrong("The header " + name + " has characters beyond visible ASCII.");
        }
        return value;
    }

    private static String shown(String name) {
        return name.length() > 64 ? "a part" : name.toLowerCase(Locale.ROOT);
    }
}
