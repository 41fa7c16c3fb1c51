package io.tallystick.identity.wallet.proof;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/** What links an account, as typed data (EIP-712): one struct, all of it shown by the wallet. */
public record TypedLink(
        Account account, String did, String tenant, String uri, String nonce, Instant issuedAt, Instant expiresAt) {
    public static final String DOMAIN_NAME = "Tallystick";
    public static final String DOMAIN_VERSION = "1";
    public static final String PRIMARY_TYPE = "LinkAccount";

    /** A member of a struct. */
    public record Field(String name, String type) {}

    public static final List<Field> DOMAIN_FIELDS =
            List.of(new Field("name", "string"), new Field("version", "string"), new Field("chainId", "uint256"));

    public static final List<Field> FIELDS = List.of(
            new Field("account", "address"),
            new Field("did", "string"),
            new Field("tenant", "string"),
            new Field("uri", "string"),
            new Field("nonce", "string"),
            new Field("issuedAt", "string"),
            new Field("expiresAt", "string"));

    public TypedLink {
        requireNonNull(account, "account");
        requireNonNull(did, "did");
        requireNonNull(tenant, "tenant");
        requireNonNull(uri, "uri");
        requireNonNull(nonce, "nonce");
        requireNonNull(issuedAt, "issuedAt");
        requireNonNull(expiresAt, "expiresAt");
    }

    /** What is signed. */
    byte[] digest() {
        var domain = Keccak.hash(
                typeHash("EIP712Domain", DOMAIN_FIELDS),
                hash(DOMAIN_NAME),
                hash(DOMAIN_VERSION),
                word(BigInteger.valueOf(account.chain())));
        var struct = Keccak.hash(
                typeHash(PRIMARY_TYPE, FIELDS),
                word(new BigInteger(1, HexFormat.of().parseHex(account.address(), 2, 42))),
                hash(did),
                hash(tenant),
                hash(uri),
                hash(nonce),
                hash(issuedAt.toString()),
                hash(expiresAt.toString()));
        return Keccak.hash(new byte[] {0x19, 0x01}, domain, struct);
    }

    private static byte[] typeHash(String name, List<Field> fields) {
        var members =
                fields.stream().map(field -> field.type + " " + field.name).toList();
        return hash(name + "(" + String.join(",", members) + ")");
    }

    private static byte[] hash(String text) {
        return Keccak.hash(text.getBytes(UTF_8));
    }

    private static byte[] word(BigInteger number) {
        var bytes = number.toByteArray();
        var word = new byte[32];
        int skipped = Math.max(0, bytes.length - 32);
        System.arraycopy(bytes, skipped, word, 32 - bytes.length + skipped, bytes.length - skipped);
        return word;
    }
}
