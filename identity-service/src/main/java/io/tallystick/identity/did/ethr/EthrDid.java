package io.tallystick.identity.did.ethr;

import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.ethr.registry.Account;
import io.tallystick.identity.did.ethr.registry.CurveKey;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A did:ethr, taken apart.
 *
 * @param text as it was asked for: its document says it so
 * @param network by its name, or by its chain's id after {@code 0x}
 * @param account that the registry knows it by
 * @param key if the DID is one
 */
record EthrDid(String text, String network, Account account, Optional<CurveKey> key) {
    private static final String MAINNET = "mainnet";
    private static final Pattern SUBJECT = Pattern.compile("0x([0-9a-fA-F]{40}|[0-9a-fA-F]{66})");

    /** @throws IllegalArgumentException if it is none */
    static EthrDid of(Did did) {
        int end = did.id().lastIndexOf(':');
        var subject = did.id().substring(end + 1);
        if (!SUBJECT.matcher(subject).matches()) {
            throw new IllegalArgumentException(
                    "a did:ethr ends in 0x and an address of 40 or a compressed public key of 66 hexadecimal digits");
        }
        var network = end < 0 ? MAINNET : did.id().substring(0, end);
        var digits = subject.substring(2).toLowerCase(Locale.ROOT);
        if (digits.length() == 40) {
            return new EthrDid(did.toString(), network, new Account(digits), Optional.empty());
        }
        var key = CurveKey.of(HexFormat.of().parseHex(digits));
        return new EthrDid(did.toString(), network, key.account(), Optional.of(key));
    }
}
