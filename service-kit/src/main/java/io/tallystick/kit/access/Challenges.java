package io.tallystick.kit.access;

import io.tallystick.kit.access.AccessRefused.Reason;
import io.tallystick.kit.access.proof.DpopProofs;
import io.tallystick.kit.access.proof.Nonces;
import io.tallystick.kit.access.proof.signature.HttpSignatures;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the answer to a refused request says beside its body, whatever shape that has. */
public final class Challenges {
    private static final String AUTHENTICATE = "WWW-Authenticate";

    private Challenges() {}

    /** The header fields of the answer, each with its lines. */
    public static Map<String, List<String>> of(AccessRefused refused, String audience, Nonces nonces) {
        var headers = new LinkedHashMap<String, List<String>>();
        if (refused.reason().status() == Reason.IDENTITY_SILENT.status()) {
            headers.put("Retry-After", List.of("1"));
            return headers;
        }
        if (refused.reason() == Reason.NEEDS_NONCE) {
            nonces.given().ifPresent(given -> headers.put(DpopProofs.NONCE_HEADER, List.of(given)));
        }
        if (refused.reason() == Reason.NOT_PROVEN || refused.reason() == Reason.BAD_REQUEST_SIGNATURE) {
            headers.put(HttpSignatures.ACCEPT_HEADER, List.of(HttpSignatures.ACCEPTED));
        }
        headers.put(AUTHENTICATE, challenges(refused, audience));
        return headers;
    }

    /** The challenges of RFC 6750 and RFC 9449: without an error code when no access token came at all. */
    private static List<String> challenges(AccessRefused refused, String audience) {
        var realm = " realm=\"" + quotable(audience) + "\"";
        var description = "\", error_description=\"" + quotable(refused.getMessage()) + "\"";
        var error =
                switch (refused.reason()) {
                    case NO_TOKEN -> "";
                    case INSUFFICIENT_SCOPE -> ", error=\"insufficient_scope\", scope=\"" + refused.scope() + "\"";
                    case NEEDS_NONCE -> ", error=\"use_dpop_nonce" + description;
                    case BAD_PROOF -> ", error=\"invalid_dpop_proof" + description;
                    default -> ", error=\"invalid_token" + description;
                };
        var dpop = "DPoP" + realm + error + ", algs=\"" + String.join(" ", DpopProofs.ALGORITHMS) + "\"";
        return switch (refused.reason()) {
            case NEEDS_NONCE, BAD_PROOF -> List.of(dpop);
            default -> List.of("Bearer" + realm + error, dpop);
        };
    }

    private static String quotable(String text) {
        return text.replaceAll("[^\\x20-\\x21\\x23-\\x5B\\x5D-\\x7E]", "'");
    }
}
