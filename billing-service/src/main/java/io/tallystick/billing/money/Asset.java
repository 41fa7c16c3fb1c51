package io.tallystick.billing.money;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * An ERC-20 token on one chain, named as CAIP-19 does.
 *
 * @param chainId the chain's EIP-155 number
 * @param contract the token's contract
 */
public record Asset(long chainId, Address contract) {

    private static final Pattern SHAPE = Pattern.compile("eip155:([1-9][0-9]{0,17})/erc20:(0x[0-9a-f]{40})");

    public Asset {
        requireNonNull(contract, "contract");
        if (chainId <= 0) {
            throw new IllegalArgumentException("chain id not above zero: " + chainId);
        }
    }

    /** Reads {@code eip155:84532/erc20:0x…}; the address in any case. */
    public static Asset parse(String id) {
        var match = SHAPE.matcher(id.toLowerCase(Locale.ROOT));
        if (!match.matches()) {
            throw new IllegalArgumentException("not an asset: eip155:<chain id>/erc20:<address> expected");
        }
        return new Asset(Long.parseLong(match.group(1)), new Address(match.group(2)));
    }

    /** The CAIP-19 name, such as {@code eip155:84532/erc20:0x036c…}. */
    public String id() {
        return network() + "/erc20:" + contract.hex();
    }

    /** The CAIP-2 name of the chain, such as {@code eip155:84532}. */
    public String network() {
        return "eip155:" + chainId;
    }

    @Override
    public String toString() {
        return id();
    }
}
