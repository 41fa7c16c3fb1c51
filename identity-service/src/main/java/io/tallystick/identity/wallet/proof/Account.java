package io.tallystick.identity.wallet.proof;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * An account on an EVM chain.
 *
 * @param chain the chain's id; below 2^53, so that it is the same number in every wallet's JSON
 * @param address {@code 0x} and 40 digits in lower case
 */
public record Account(long chain, String address) implements Comparable<Account> {
    /** CAIP-10 of an EVM account, the address in any case. */
    public static final String CAIP_10 = "eip155:[1-9][0-9]{0,14}:0x[0-9a-fA-F]{40}";

    private static final Pattern FORM = Pattern.compile(CAIP_10);
    private static final Pattern ADDRESS = Pattern.compile("0x[0-9a-f]{40}");
    private static final String NAMESPACE = "eip155:";
    private static final long MAX_CHAIN = 999_999_999_999_999L;

    public Account {
        if (chain < 1 || chain > MAX_CHAIN || !ADDRESS.matcher(address).matches()) {
            throw new IllegalArgumentException("not an account: " + chain + ", " + address);
        }
    }

    /**
     * @throws IllegalArgumentException unless {@code text} is an account by its CAIP-10 name, the address in lower case or
     *     with EIP-55's checksum
     */
    public static Account parse(String text) {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("name an EVM account as eip155:<chain id>:0x<40 digits>");
        }
        int colon = text.lastIndexOf(':');
        var written = text.substring(colon + 1);
        var account =
                new Account(Long.parseLong(text, NAMESPACE.length(), colon, 10), written.toLowerCase(Locale.ROOT));
        if (!written.equals(account.address) && !written.equals(account.checksummed())) {
            throw new IllegalArgumentException("the address has a typing error: its capitals are not EIP-55's");
        }
        return account;
    }

    /** The account's CAIP-10 name, in lower case. */
    public String id() {
        return NAMESPACE + chain + ":" + address;
    }

    /** The DID that is the account itself. */
    public String did() {
        return "did:pkh:" + id();
    }

    /** The address with EIP-55's checksum in its capitals. */
    public String checksummed() {
        var digits = address.substring(2);
        var hash = HexFormat.of().formatHex(Keccak.hash(digits.getBytes(US_ASCII)));
        var text = new StringBuilder(42).append("0x");
        for (int i = 0; i < digits.length(); i++) {
            char digit = digits.charAt(i);
            text.append(hash.charAt(i) >= '8' ? Character.toUpperCase(digit) : digit);
        }
        return text.toString();
    }

    @Override
    public int compareTo(Account other) {
        return id().compareTo(other.id());
    }

    @Override
    public String toString() {
        return id();
    }
}
