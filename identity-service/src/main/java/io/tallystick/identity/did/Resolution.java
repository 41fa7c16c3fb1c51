package io.tallystick.identity.did;

import java.util.List;

/** What became of a wish to resolve a DID. */
public sealed interface Resolution {

    /** @param authentication the keys that may sign for the DID */
    record Resolved(DidDocument document, List<VerificationKey> authentication) implements Resolution {
        public Resolved {
            authentication = List.copyOf(authentication);
        }
    }

    /** @param detail what is wrong, for who asked */
    record InvalidDid(String detail) implements Resolution {}

    record MethodNotSupported(String method) implements Resolution {}
}
