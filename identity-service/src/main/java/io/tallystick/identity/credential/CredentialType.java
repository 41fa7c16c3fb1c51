package io.tallystick.identity.credential;

import io.tallystick.identity.did.Identity;
import io.tallystick.identity.did.Identity.Kind;
import io.tallystick.identity.did.Identity.Role;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a credential says that somebody is. */
public enum CredentialType {
    /** One who sells with a tenant, or acts for it. */
    PROVIDER("TallystickProviderCredential"),
    /** One who buys from a tenant. */
    CLIENT("TallystickClientCredential");

    private final String term;

    CredentialType(String term) {
        this.term = term;
    }

    /** As credentials have it in {@code type}. */
    public String term() {
        return term;
    }

    /** As the database has it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<CredentialType> ofTerm(String term) {
        return Arrays.stream(values()).filter(type -> type.term.equals(term)).findFirst();
    }

    /** Whether this can be said of {@code identity}: nobody is attested as what it is not. */
    boolean fits(Identity identity) {
        return fits(identity.kind().word(), identity.roleWords());
    }

    boolean fits(String kind, Iterable<String> roles) {
        return switch (this) {
            case PROVIDER -> kind.equals(Kind.PROVIDER.word());
            case CLIENT -> contains(roles, Role.CLIENT.word());
        };
    }

    private static boolean contains(Iterable<String> roles, String wanted) {
        for (var role : roles) {
            if (role.equals(wanted)) {
                return true;
            }
        }
        return false;
    }
}
