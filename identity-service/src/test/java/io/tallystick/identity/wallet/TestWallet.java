package io.tallystick.identity.wallet;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.identity.wallet.proof.Account;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.web3j.crypto.ECKeyPair;
import org.web3j.crypto.Hash;
import org.web3j.crypto.Sign;
import org.web3j.utils.Numeric;

/** An account on a chain with its key, by web3j. */
final class TestWallet {
    static final int CHAIN = 84532;

    private final ECKeyPair key;
    private final Account account;

    private TestWallet(ECKeyPair key, long chain) {
        this.key = key;
        var hash = Hash.sha3(Numeric.toBytesPadded(key.getPublicKey(), 64));
        this.account = new Account(chain, "0x" + HexFormat.of().formatHex(Arrays.copyOfRange(hash, 12, 32)));
    }

    static TestWallet random() {
        return new TestWallet(ECKeyPair.create(new BigInteger(240, new SecureRandom()).add(BigInteger.ONE)), CHAIN);
    }

    TestWallet onChain(long chain) {
        return new TestWallet(key, chain);
    }

    Account account() {
        return account;
    }

    /** The account as a client writes it. */
    String caip() {
        return "eip155:" + account.chain() + ":" + account.checksummed();
    }

    String personalSign(String text) {
        var bytes = text.getBytes(UTF_8);
        var prefix = ("\u0019Ethereum Signed Message:\n" + bytes.length).getBytes(US_ASCII);
        var whole = Arrays.copyOf(prefix, prefix.length + bytes.length);
        System.arraycopy(bytes, 0, whole, prefix.length, bytes.length);
        return hex(Sign.signMessage(Hash.sha3(whole), key, false));
    }

    static String hex(Sign.SignatureData signed) {
        return "0x" + HexFormat.of().formatHex(signed.getR()) + HexFormat.of().formatHex(signed.getS())
                + HexFormat.of().formatHex(signed.getV());
    }
}
