package io.tallystick.identity.did.ethr.registry;

import io.tallystick.identity.did.ethr.registry.Change.What;
import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonBoolean;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Logs of the registry (ERC-1056). Throws {@link IllegalArgumentException} for what no registry wrote. */
public final class RegistryLog {
    public static final String OWNER_CHANGED = topic("DIDOwnerChanged(address,address,uint256)");
    public static final String DELEGATE_CHANGED = topic("DIDDelegateChanged(address,bytes32,address,uint256,uint256)");
    public static final String ATTRIBUTE_CHANGED = topic("DIDAttributeChanged(address,bytes32,bytes,uint256,uint256)");

    /** {@code changed(address)}: the block of the newest change. */
    public static final String CHANGED = topic("changed(address)").substring(0, 10);

    private RegistryLog() {}

    private static String topic(String signature) {
        return "0x" + HexFormat.of().formatHex(Keccak.hash(signature.getBytes(StandardCharsets.US_ASCII)));
    }

    /** What the log says, if it is one of this registry, this account and this block. A node may answer more than was asked. */
    public static Optional<Change> read(JsonObject log, Account registry, Account account, long block) {
        var topics = log.get("topics").orElse(null) instanceof JsonArray list
                ? list.texts().orElse(List.of())
                : List.<String>of();
        boolean wanted = isText(log, "address", registry.hex())
                && topics.size() == 2
                && topics.get(1).toLowerCase(Locale.ROOT).equals("0x" + account.word())
                && !(log.get("removed").orElse(null) instanceof JsonBoolean(var removed) && removed)
                && Quantity.of(log, "blockNumber") == block;
        return wanted ? change(log, topics.getFirst().toLowerCase(Locale.ROOT), block) : Optional.empty();
    }

    private static boolean isText(JsonObject log, String name, String value) {
        return log.textOf(name).filter(text -> text.equalsIgnoreCase(value)).isPresent();
    }

    private static Optional<Change> change(JsonObject log, String topic, long block) {
        var words = Words.of(log.textOf("data").orElse(""));
        long index = Quantity.of(log, "logIndex");
        if (topic.equals(OWNER_CHANGED)) {
            return Optional.of(new Change(block, index, words.numberAt(1), new What.Owner(words.accountAt(0))));
        }
        if (topic.equals(DELEGATE_CHANGED)) {
            return Optional.of(new Change(block, index, words.numberAt(3), delegate(words)));
        }
        if (topic.equals(ATTRIBUTE_CHANGED)) {
            return Optional.of(new Change(block, index, words.numberAt(3), attribute(words)));
        }
        return Optional.empty();
    }

    private static What delegate(Words words) {
        var account = words.accountAt(1);
        long validTo = words.numberAt(2);
        return name(words)
                .<What>map(type -> new What.Delegate(type, account, validTo))
                .orElseGet(What.Other::new);
    }

    private static What attribute(Words words) {
        var value = words.bytesAt(1);
        long validTo = words.numberAt(2);
        return name(words)
                .<What>map(name -> Attributes.of(name, value, validTo))
                .orElseGet(What.Other::new);
    }

    /** The first word as a text that zeros fill up; empty if it is none. */
    private static Optional<String> name(Words words) {
        var word = words.at(0);
        int length = word.length;
        while (length > 0 && word[length - 1] == 0) {
            length--;
        }
        return Attributes.text(Arrays.copyOf(word, length));
    }
}
