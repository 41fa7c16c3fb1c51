package io.tallystick.billing.payment;

import java.util.Optional;

/**
 * How a hold says that it was taken for a known caller: the words in {@link Hold#payment()}. A channel pays it, so its scheme
 * is the channels', and whoever ends it needs to know no more.
 */
public final class Prepaid {
    private static final String WORD = "prepaid";
    private static final String BY_GRANT = WORD + " by ";

    private Prepaid() {}

    /** The words for a caller. */
    public static String of(KnownCaller caller) {
        return caller.spender().map(spender -> BY_GRANT + spender.grant()).orElse(WORD);
    }

    public static boolean is(Hold hold) {
        return hold.payment().equals(WORD) || grant(hold).isPresent();
    }

    /** The jti of the grant that is spent. */
    public static Optional<String> grant(Hold hold) {
        return hold.payment().startsWith(BY_GRANT)
                ? Optional.of(hold.payment().substring(BY_GRANT.length()))
                : Optional.empty();
    }
}
