package io.tallystick.devstack.installation;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.jcajce.provider.digest.Keccak;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/** A key of an account on the chain. */
public final class EthereumKey {

    private final String address;
    private final Path file;

    /**
     * A key.
     *
     * @param secret 32 bytes; a number from 1 to the curve's order, which a random one misses once in 2^128
     * @param file where it lies in hexadecimal
     */
    EthereumKey(byte[] secret, Path file) {
        this.address = address(new BigInteger(1, secret));
        this.file = file;
    }

    /** The last 20 bytes of the public key's Keccak-256, in lower case. */
    private static String address(BigInteger secret) {
        var curve = CustomNamedCurves.getByName("secp256k1");
        var point = new FixedPointCombMultiplier()
                .multiply(curve.getG(), secret)
                .normalize()
                .getEncoded(false);
        var digest = new Keccak.Digest256().digest(Arrays.copyOfRange(point, 1, point.length));
        return "0x" + HexFormat.of().formatHex(digest, 12, digest.length);
    }

    public String address() {
        return address;
    }

    public Path file() {
        return file;
    }
}
