package io.tallystick.billing.chain.engine;

import static io.tallystick.billing.chain.engine.ChainLab.PAYER;
import static io.tallystick.billing.chain.engine.ChainLab.SECP256K1;
import static io.tallystick.billing.chain.engine.ChainLab.SIGNER;
import static io.tallystick.billing.chain.engine.ChainLab.SIGNER_KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.chain.TransactionState.Final;
import io.tallystick.billing.chain.TransactionState.Mined;
import io.tallystick.billing.chain.TransactionState.Planned;
import io.tallystick.billing.chain.TransactionState.Refused;
import io.tallystick.billing.chain.TransactionState.Reverted;
import io.tallystick.billing.chain.TransactionState.Sent;
import io.tallystick.billing.chain.abi.AbiReader;
import io.tallystick.billing.chain.abi.TokenCalls;
import io.tallystick.billing.chain.engine.Faults.Point;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Bytes32;
import io.tallystick.billing.signature.Domain;
import io.tallystick.billing.signature.TokenAuthorization;
import io.tallystick.billing.signature.TokenDigests;
import io.vertx.core.json.JsonArray;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The engine between a real PostgreSQL and a real chain. Each mint happens once, whatever goes wrong around it. */
class EngineOnChainTest {
    private static final BigInteger UNITS = BigInteger.valueOf(1_000);

    private final ChainLab lab = new ChainLab(2);
    private final TokenCalls token = new TokenCalls(Address.of(lab.config.asset()));
    private final Call mint = token.mint(PAYER, UNITS);

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void bringsAnIntentIntoTheChainOnce() {
        var engine = lab.engine(_ -> {});
        var lease = lab.lease("a");

        lab.submit("mint:1", mint);
        lab.submit("mint:1", mint);
        lab.workUntil(engine, lease, () -> lab.stored("mint:1").state() instanceof Final);

        var done = (Final) lab.stored("mint:1").state();
        assertThat(done.inclusion().succeeded()).isTrue();
        assertThat(done.inclusion().gasUsed()).isBetween(30_000L, 80_000L);
        assertThat(minted()).isEqualTo(UNITS);
        assertThat(lab.moves).containsExactly("planned signed", "signed sent", "sent mined", "mined final");
    }

    @Test
    void refusesAKeyThatStandsForAnotherCall() {
        lab.submit("mint:1", mint);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> lab.submit("mint:1", token.mint(PAYER, BigInteger.TWO)))
                .withMessageContaining("mint:1");
    }

    @Test
    void sendsNothingThatTheContractWouldRefuse() {
        var engine = lab.engine(_ -> {});
        lab.submit("transfer:1", token.transfer(PAYER, UNITS));

        engine.work(lab.lease("a"));

        assertThat(lab.stored("transfer:1").state()).isInstanceOf(Refused.class);
        assertThat(lab.stored("transfer:1").attempts()).isEmpty();
        assertThat(lab.submit("transfer:1", token.transfer(PAYER, UNITS)).state())
                .isEqualTo(new Planned());
    }

    @Test
    void whatIsWantedOnceStaysRefused() {
        var intent = new Intent("transfer:1", token.transfer(PAYER, UNITS));
        lab.store.addOnce(intent, lab.clock.instant());
        lab.engine(_ -> {}).work(lab.lease("a"));

        assertThat(lab.store.addOnce(intent, lab.clock.instant()).state()).isInstanceOf(Refused.class);
        assertThat(lab.stored("transfer:1").state()).isInstanceOf(Refused.class);
    }

    @Test
    void aKeyOnAnotherChainIsAnotherIntent() {
        lab.submit("mint:1", mint);
        var elsewhere = new PostgresTransactionStore(lab.database, 1, SIGNER);

        var other = elsewhere.add(new Intent("mint:1", token.mint(PAYER, BigInteger.TWO)), lab.clock.instant());

        assertThat(other.state()).isEqualTo(new Planned());
        assertThat(lab.stored("mint:1").intent().call()).isEqualTo(mint);
    }

    @Test
    void countsWhatWaitsForAnotherSigner() {
        var successor = new PostgresTransactionStore(lab.database, lab.config.id(), PAYER);
        var before = successor.stranded();
        var engine = lab.engine(_ -> {});
        var lease = lab.lease("a");
        lab.submit("mint:1", mint);

        assertThat(successor.stranded()).isEqualTo(before + 1);
        assertThat(successor.open(10)).isEmpty();
        lab.workUntil(engine, lease, () -> lab.stored("mint:1").state() instanceof Final);
        assertThat(successor.stranded()).isEqualTo(before);
    }

    @Test
    void tellsARevertFromASuccess() {
        // Given
        var engine = lab.engine(_ -> {});
        var lease = lab.lease("a");
        lab.submit("mint:signer", token.mint(SIGNER, UNITS));
        lab.workUntil(engine, lease, () -> lab.stored("mint:signer").state().settled());
        lab.automine(false);
        lab.submit("transfer:1", token.transfer(PAYER, UNITS));
        engine.work(lease);

        // When: somebody moves the tokens elsewhere, in the same block and before.
        lab.sendFromAnotherAccount(movesTheSignersTokensAway());
        lab.workUntil(engine, lease, () -> lab.stored("transfer:1").state().settled());

        // Then
        assertThat(lab.stored("transfer:1").state()).isInstanceOf(Reverted.class);
        assertThat(lab.moves).endsWith("sent mined", "mined reverted");
        assertThat(minted()).isZero();
    }

    private Call movesTheSignersTokensAway() {
        var domain = new Domain("USDC", "2", lab.config.id(), Address.of(lab.config.asset()));
        var elsewhere = new Address("0x" + "e".repeat(40));
        var forEver = BigInteger.TWO.pow(64);
        var authorization = new TokenAuthorization(SIGNER, elsewhere, UNITS, BigInteger.ZERO, forEver, Bytes32.ZERO);
        var signature = SECP256K1.sign(TokenDigests.transfer(domain, authorization), SIGNER_KEY);
        return token.transferWithAuthorization(authorization, signature);
    }

    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            mode = EnumSource.Mode.MATCH_NONE,
            names = {"SETTLEMENT_.*"})
    void happensOnceWhereverTheProcessDies(Point deathAt) {
        lab.submit("mint:1", mint);
        var mortal = lab.engine(point -> {
            if (point == deathAt) {
                throw new Died();
            }
        });
        var lease = lab.lease("a");
        boolean died = false;
        for (int turn = 0; turn < 8 && !died; turn++) {
            try {
                mortal.work(lease);
            } catch (Died e) {
                died = true;
            }
            lab.mine(1);
        }
        assertThat(died).isTrue();

        lab.store.release(lease);
        lab.workUntil(
                lab.engine(_ -> {}), lab.lease("b"), () -> lab.stored("mint:1").state() instanceof Final);

        assertThat(minted()).isEqualTo(UNITS);
        assertThat(lab.stored("mint:1").attempts()).hasSize(1);
    }

    @Test
    void replacesWhatIsStuckUnderTheSameNonce() {
        var engine = lab.engine(_ -> {});
        var lease = lab.lease("a");
        lab.automine(false);
        lab.submit("mint:1", mint);
        engine.work(lease);

        lab.clock.forward(Duration.ofSeconds(60));
        engine.work(lease);

        var attempts = lab.stored("mint:1").attempts();
        assertThat(attempts).hasSize(2);
        assertThat(attempts.get(1).nonce()).isEqualTo(attempts.get(0).nonce());
        var before = attempts.get(0).fees();
        var after = attempts.get(1).fees();
        assertThat(after.maxFeeWei().multiply(BigInteger.valueOf(1000)))
                .isGreaterThanOrEqualTo(before.maxFeeWei().multiply(BigInteger.valueOf(1125)));
        assertThat(after.tipWei().multiply(BigInteger.valueOf(1000)))
                .isGreaterThanOrEqualTo(before.tipWei().multiply(BigInteger.valueOf(1125)));
        lab.workUntil(engine, lease, () -> lab.stored("mint:1").state() instanceof Final);
        assertThat(((Final) lab.stored("mint:1").state()).inclusion().hash())
                .isEqualTo(attempts.get(1).hash());
        assertThat(minted()).isEqualTo(UNITS);
    }

    @Test
    void raisesAnAlarmAtTheCapAndNeverTakesANewNonce() {
        var engine = lab.engine(_ -> {});
        var lease = lab.lease("a");
        lab.automine(false);
        lab.submit("mint:1", mint);
        for (int i = 0; i < 60; i++) {
            engine.work(lease);
            lab.clock.forward(Duration.ofSeconds(60));
        }

        var attempts = lab.stored("mint:1").attempts();
        assertThat(lab.stuck).contains("fees are at their cap");
        assertThat(attempts).allMatch(attempt -> attempt.fees().within(lab.config.feeCapWei()));
        assertThat(attempts.stream().map(a -> a.nonce()).distinct()).hasSize(1);
        lab.workUntil(engine, lease, () -> lab.stored("mint:1").state() instanceof Final);
        assertThat(minted()).isEqualTo(UNITS);
    }

    @Test
    void sendsAgainWhatAReorganisationTookBack() {
        var engine = lab.engine(_ -> {});
        var lease = lab.lease("a");
        lab.submit("mint:1", mint);
        engine.work(lease);
        engine.work(lease);
        assertThat(lab.stored("mint:1").state()).isInstanceOf(Mined.class);

        // A block takes the place of the one with the mint, and does not have it.
        lab.ask("anvil_reorg", 1, new JsonArray());
        assertThat(minted()).isZero();
        lab.workUntil(engine, lease, () -> lab.stored("mint:1").state() instanceof Final);

        assertThat(lab.moves).contains("mined sent");
        assertThat(lab.stored("mint:1").attempts()).hasSize(1);
        assertThat(minted()).isEqualTo(UNITS);
    }

    @Test
    void plansAnewWhenAStrangerUsedTheNonceForGood() {
        var engine = lab.engine(_ -> {});
        var lease = lab.lease("a");
        lab.automine(false);
        lab.submit("mint:1", mint);
        engine.work(lease);
        long nonce = lab.stored("mint:1").newest().orElseThrow().nonce();

        lab.sendAsStranger(nonce, new Call(SIGNER, "0x"));
        lab.mine(1);
        engine.work(lease);
        assertThat(lab.stored("mint:1").state()).as("not before it is final").isInstanceOf(Sent.class);
        lab.workUntil(engine, lease, () -> lab.stored("mint:1").state() instanceof Final);

        assertThat(lab.moves).contains("sent planned");
        assertThat(lab.stored("mint:1").newest().orElseThrow().nonce()).isEqualTo(nonce + 1);
        assertThat(minted()).isEqualTo(UNITS);
    }

    @Test
    void aWorkerThatLostItsLeaseStoresNothing() {
        var paused = lab.lease("a");
        lab.store.release(paused);
        lab.lease("b");
        lab.submit("mint:1", mint);

        lab.engine(_ -> {}).work(paused);

        assertThat(lab.stored("mint:1").state()).isEqualTo(new Planned());
        assertThat(minted()).isZero();
    }

    @Test
    void manyIntentsTakeOneNonceEach() {
        var engine = lab.engine(_ -> {});
        var lease = lab.lease("a");
        for (int i = 0; i < 30; i++) {
            lab.submit("mint:" + i, mint);
        }
        lab.workUntil(engine, lease, () -> lab.store.open(100).isEmpty());

        assertThat(minted()).isEqualTo(UNITS.multiply(BigInteger.valueOf(30)));
    }

    private BigInteger minted() {
        long head = lab.contracts.head().await().indefinitely();
        var answer = lab.contracts
                .read(List.of(token.balanceOf(PAYER)), head)
                .await()
                .indefinitely();
        return new AbiReader(answer.getFirst(), 1).uint(0, 256);
    }

    private static final class Died extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
