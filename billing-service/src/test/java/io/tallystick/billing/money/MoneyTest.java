package io.tallystick.billing.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class MoneyTest {
    static final Asset USDC = Asset.parse("eip155:84532/erc20:0x036CbD53842c5426634e7929541eC2318f3dCF7e");
    static final Asset OTHER = Asset.parse("eip155:8453/erc20:0x036CbD53842c5426634e7929541eC2318f3dCF7e");

    @Nested
    class AnAsset {
        @Test
        void isNamedAlikeHoweverItsAddressIsSpelt() {
            assertThat(Asset.parse("EIP155:84532/erc20:0x036CBD53842C5426634E7929541EC2318F3DCF7E"))
                    .isEqualTo(USDC);
            assertThat(USDC.id()).isEqualTo("eip155:84532/erc20:0x036cbd53842c5426634e7929541ec2318f3dcf7e");
            assertThat(USDC.network()).isEqualTo("eip155:84532");
        }

        @Test
        void isNothingElse() {
            assertThatIllegalArgumentException().isThrownBy(() -> Asset.parse("eip155:0/erc20:" + Address.ZERO));
            assertThatIllegalArgumentException().isThrownBy(() -> Asset.parse("eip155:84532/erc20:0x12"));
            assertThatIllegalArgumentException().isThrownBy(() -> Address.of("0x12"));
        }
    }

    @Nested
    class AnAmount {
        @Test
        void fitsTheContractAndIsNotNegative() {
            var most = BigInteger.TWO.pow(128).subtract(BigInteger.ONE);

            assertThat(new TokenAmount(USDC, most).units()).isEqualTo(most);
            assertThatIllegalArgumentException().isThrownBy(() -> new TokenAmount(USDC, most.add(BigInteger.ONE)));
            assertThatIllegalArgumentException().isThrownBy(() -> TokenAmount.of(USDC, -1));
            assertThatIllegalArgumentException().isThrownBy(() -> usdc(1).minus(usdc(2)));
        }

        @Test
        void doesNotMixAssets() {
            assertThatIllegalArgumentException().isThrownBy(() -> usdc(1).plus(TokenAmount.of(OTHER, 1)));
            assertThatIllegalArgumentException().isThrownBy(() -> usdc(1).exceeds(TokenAmount.of(OTHER, 1)));
        }

        @Test
        void isNotLessThanZeroWhenCutOff() {
            assertThat(usdc(1).minusOrZero(usdc(2))).isEqualTo(usdc(0));
            assertThat(usdc(5).minusOrZero(usdc(2))).isEqualTo(usdc(3));
            assertThat(usdc(5).lesser(usdc(2))).isEqualTo(usdc(2));
            assertThat(usdc(5).greater(usdc(2))).isEqualTo(usdc(5));
        }
    }

    @Nested
    class APrice {
        final Price aThird = new Price(usdc(1), BigInteger.valueOf(3));

        @Test
        void isExactUntilSomeoneRounds() {
            assertThat(aThird.of(1).floor()).isZero();
            assertThat(aThird.of(1).ceiling()).isOne();
            assertThat(aThird.of(3)).isEqualTo(Ratio.whole(BigInteger.ONE));
            assertThat(aThird.of(new BigDecimal("1.5"))).isEqualTo(new Ratio(BigInteger.ONE, BigInteger.TWO));
            assertThat(aThird.of(new BigDecimal("3E+3")).floor()).isEqualTo(1000);
        }

        @Test
        void addsUpToWhatTheTotalCosts() {
            var sum = Ratio.ZERO;
            for (int call = 0; call < 1000; call++) {
                sum = sum.plus(aThird.of(1));
            }
            assertThat(sum.floor()).isEqualTo(333);
            assertThat(sum.fraction()).isEqualTo(new Ratio(BigInteger.ONE, BigInteger.valueOf(3)));
        }

        @Test
        void hasAQuantityToDivideBy() {
            assertThatIllegalArgumentException().isThrownBy(() -> new Price(usdc(1), BigInteger.ZERO));
            assertThatIllegalArgumentException().isThrownBy(() -> aThird.of(-1));
        }
    }

    static TokenAmount usdc(long units) {
        return TokenAmount.of(USDC, units);
    }
}
