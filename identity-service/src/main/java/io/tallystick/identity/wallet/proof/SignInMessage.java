package io.tallystick.identity.wallet.proof;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A message of Sign-In with Ethereum (EIP-4361, CAIP-122), taken apart.
 *
 * @param scheme of the domain; empty if it is not said
 * @param domain an authority after RFC 3986
 * @param address in lower case; in the text it has EIP-55's capitals
 * @param statement what the wallet's holder reads; empty if there is none
 */
public record SignInMessage(
        String scheme,
        String domain,
        String address,
        String statement,
        String uri,
        long chain,
        String nonce,
        Instant issuedAt,
        Optional<Instant> expirationTime,
        Optional<Instant> notBefore,
        Optional<String> requestId,
        List<String> resources) {

    public SignInMessage {
        requireNonNull(scheme, "scheme");
        requireNonNull(domain, "domain");
        requireNonNull(address, "address");
        requireNonNull(statement, "statement");
        requireNonNull(uri, "uri");
        requireNonNull(nonce, "nonce");
        requireNonNull(issuedAt, "issuedAt");
        resources = List.copyOf(resources);
    }

    /** The account that the message is for. */
    public Account account() {
        return new Account(chain, address.toLowerCase(Locale.ROOT));
    }

    /** The text that is signed. */
    public String text() {
        var text = new StringBuilder()
                .append(scheme.isEmpty() ? "" : scheme + "://")
                .append(domain)
                .append(SignInParser.GREETING)
                .append('\n')
                .append(account().checksummed())
                .append("\n\n")
                .append(statement.isEmpty() ? "" : statement + "\n")
                .append("\nURI: ")
                .append(uri)
                .append("\nVersion: 1\nChain ID: ")
                .append(chain)
                .append("\nNonce: ")
                .append(nonce)
                .append("\nIssued At: ")
                .append(issuedAt);
        expirationTime.ifPresent(time -> text.append("\nExpiration Time: ").append(time));
        notBefore.ifPresent(time -> text.append("\nNot Before: ").append(time));
        requestId.ifPresent(id -> text.append("\nRequest ID: ").append(id));
        if (!resources.isEmpty()) {
            text.append("\nResources:");
            resources.forEach(resource -> text.append("\n- ").append(resource));
        }
        return text.toString();
    }
}
