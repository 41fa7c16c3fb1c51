package io.tallystick.devstack.installation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * An installation's private keys: new ones, in files that only their owner can read.
 *
 * @param event identity-service signs its events with it
 * @param operator may create tenants and grant roles
 * @param gateway what the gateway asks for access tokens with
 * @param master encrypts identity-service's keys at rest
 * @param offer with it billing-service recognizes the offers it made
 * @param settlement sends billing-service's transactions
 */
public record Keys(
        Ed25519Key event, Ed25519Key operator, Ed25519Key gateway, Path master, Path offer, EthereumKey settlement) {

    private static final int BYTES = 32;

    /** Generates all of them in the folder. */
    public static Keys generate(Path folder, SecureRandom random) throws IOException {
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        var settlement = bytes(random);
        return new Keys(
                ed25519(folder.resolve("identity-event.key"), random),
                ed25519(folder.resolve("operator.key"), random),
                ed25519(folder.resolve("gateway.key"), random),
                write(folder.resolve("identity-master.key"), base64url(bytes(random))),
                write(folder.resolve("offer.key"), base64url(bytes(random))),
                new EthereumKey(
                        settlement,
                        write(
                                folder.resolve("settlement.key"),
                                "0x" + HexFormat.of().formatHex(settlement))));
    }

    /** Generates a key in a new file, as the others are. */
    public static Ed25519Key ed25519(Path file, SecureRandom random) throws IOException {
        var seed = bytes(random);
        return new Ed25519Key(seed, write(file, base64url(seed)));
    }

    private static byte[] bytes(SecureRandom random) {
        var bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return bytes;
    }

    private static String base64url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static Path write(Path file, String line) throws IOException {
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.createFile(file, owner);
        return Files.writeString(file, line + "\n");
    }
}
