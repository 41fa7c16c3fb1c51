package io.tallystick.billing.rating.account;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.Address;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How an account is billed.
 *
 * @param rateCard key of the card that prices its usage
 * @param limitUnits token units it may owe before its tap closes
 * @param payer whose channels pay what it owes, as far as they were signed for accounts
 */
record AccountTerms(String rateCard, BigInteger limitUnits, Optional<Address> payer) {

    private static final Pattern EVM_ACCOUNT = Pattern.compile("did:pkh:eip155:[1-9][0-9]*:(0x[0-9a-f]{40})");

    AccountTerms {
        requireNonNull(rateCard, "rateCard");
        requireNonNull(payer, "payer");
        if (limitUnits.signum() < 0) {
            throw new IllegalArgumentException("limit below zero: " + limitUnits);
        }
    }

    /** The payer that a subject itself names: {@code did:pkh} of an EVM account. */
    static Optional<Address> payerOf(String subject) {
        var match = EVM_ACCOUNT.matcher(subject.toLowerCase(Locale.ROOT));
        return match.matches() ? Optional.of(new Address(match.group(1))) : Optional.empty();
    }
}
