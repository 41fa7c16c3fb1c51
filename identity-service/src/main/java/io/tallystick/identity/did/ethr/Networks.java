package io.tallystick.identity.did.ethr;

import io.tallystick.identity.did.ethr.EthrConfig.NetworkConfig;
import io.tallystick.identity.did.ethr.registry.Account;
import java.net.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The networks whose DIDs are resolved: each by its name, and by its chain's id in hexadecimal digits. */
final class Networks {
    static final int MOST = 32;

    private static final String SETTING = "tallystick.identity.ethr.networks.";
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final Pattern HEX_ID = Pattern.compile("0x0*([0-9a-fA-F]{1,15})");
    private static final Pattern DECIMAL_ID = Pattern.compile("[1-9][0-9]{0,17}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}(?::[A-Za-z0-9._-]{1,64})*");
    private static final Pattern ADDRESS = Pattern.compile("0x[0-9a-fA-F]{40}");

    private static final Account FIRST_REGISTRY = new Account("dca7ef03e98e0dc2b855be647c39abe984fcf21b");
    private static final Account SECOND_REGISTRY = new Account("03d5003bf0e79c5f5223588f347eba39afbc3818");

    /** Where the method's authors put the registry, by the names that they gave the networks. */
    private static final Map<String, Deployment> DEPLOYED = Map.of(
            "mainnet", new Deployment(1, FIRST_REGISTRY),
            "sepolia", new Deployment(11_155_111, SECOND_REGISTRY),
            "gno", new Deployment(100, SECOND_REGISTRY),
            "holesky", new Deployment(17_000, SECOND_REGISTRY),
            "polygon", new Deployment(137, FIRST_REGISTRY),
            "aurora", new Deployment(1_313_161_554, new Account("63ed58b671eed12bc1652845ba5b2cdfbff198e0")),
            "ewc", new Deployment(246, new Account("e29672f34e92b56c9169f9d485ffc8b9a136bce4")),
            "volta", new Deployment(73_799, new Account("c15d5a57a8eb0e1dcbe5d88b8f9a82017e5cc4af")));

    private record Deployment(long chainId, Account registry) {}

    private final Map<String, Network> byName = new HashMap<>();
    private final Map<Long, Network> byChain = new HashMap<>();

    /** @throws IllegalArgumentException if one of them cannot be; the message says which setting to change */
    Networks(Map<String, NetworkConfig> settings) {
        if (settings.size() > MOST) {
            throw new IllegalArgumentException(SETTING + "* may be " + MOST + " at most");
        }
        settings.forEach(this::add);
    }

    boolean isEmpty() {
        return byChain.isEmpty();
    }

    /** @param text of a DID */
    Optional<Network> find(String text) {
        var id = HEX_ID.matcher(text);
        return id.matches()
                ? Optional.ofNullable(byChain.get(Long.parseLong(id.group(1), 16)))
                : Optional.ofNullable(byName.get(text));
    }

    private void add(String name, NetworkConfig config) {
        if (!NAME.matcher(name).matches()) {
            throw wrong(name, "", "the name must be one that a DID can have");
        }
        var known = Optional.ofNullable(DEPLOYED.get(name));
        long chain = chainId(name)
                .or(config::chainId)
                .or(() -> known.map(Deployment::chainId))
                .orElseThrow(() -> wrong(name, ".chain-id", "must be set: the name is none that did:ethr knows"));
        known.filter(one -> one.chainId != chain).ifPresent(one -> {
            throw wrong(name, ".chain-id", "must be " + one.chainId + " or left out");
        });
        var registry = config.registry()
                .map(text -> registry(name, text))
                .or(() -> deployed(chain))
                .orElseThrow(() -> wrong(name, ".registry", "must be set: did:ethr documents none for this chain"));
        requireSafe(name, config.rpc());
        var network = new Network(name, chain, registry, config.rpc());
        if (byChain.put(chain, network) != null) {
            throw wrong(name, "", "is the second one of chain " + chain);
        }
        if (chainId(name).isEmpty()) {
            byName.put(name, network);
        }
        DEPLOYED.forEach((documented, deployment) -> {
            if (deployment.chainId == chain) {
                byName.put(documented, network);
            }
        });
    }

    private static Optional<Long> chainId(String name) {
        var hex = HEX_ID.matcher(name);
        if (hex.matches()) {
            return Optional.of(Long.parseLong(hex.group(1), 16));
        }
        return DECIMAL_ID.matcher(name).matches() ? Optional.of(Long.parseLong(name)) : Optional.empty();
    }

    private static Account registry(String name, String text) {
        if (!ADDRESS.matcher(text).matches()) {
            throw wrong(name, ".registry", "must be 0x and 40 hexadecimal digits");
        }
        return new Account(text.substring(2).toLowerCase(Locale.ROOT));
    }

    private static Optional<Account> deployed(long chain) {
        return DEPLOYED.values().stream()
                .filter(deployment -> deployment.chainId == chain)
                .map(Deployment::registry)
                .findFirst();
    }

    private static void requireSafe(String name, URI node) {
        boolean plain = "http".equals(node.getScheme()) && THIS_MACHINE.contains(String.valueOf(node.getHost()));
        if (node.getHost() == null
                || node.getRawUserInfo() != null
                || node.getRawFragment() != null
                || !(plain || "https".equals(node.getScheme()))) {
            throw wrong(name, ".rpc", "must be https://…; http:// is for this machine only");
        }
    }

    private static IllegalArgumentException wrong(String name, String part, String detail) {
        return new IllegalArgumentException(SETTING + "\"" + name + "\"" + part + " " + detail);
    }
}
