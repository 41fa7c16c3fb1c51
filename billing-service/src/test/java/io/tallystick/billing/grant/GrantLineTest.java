package io.tallystick.billing.grant;

import static io.tallystick.billing.channel.ExampleChannels.usdc;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.billing.money.Address;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A client's grant of 1,000 in all and 100 a call, and what its agent passed on. */
class GrantLineTest {
    static final Address PAY_TO = new Address("0x" + "a1".repeat(20));

    final ExampleGrants root = ExampleGrants.of("acme", "did:key:zClient", 1000, 100);
    final ExampleGrants child = root.child(500);

    @Test
    void allowsWhatEachGrantOfItAllows() {
        assertThat(refusal(100, root)).isEmpty();
        assertThat(refusal(100, child, root)).isEmpty();
        assertThat(refusal(100, root.withPayee("eip155:84532:" + PAY_TO.hex()))).isEmpty();
        assertThat(refusal(100, root.withModel("m1"))).isEmpty();
    }

    @Test
    void grantWidenedByItsAgent() {
        var narrow = root.withModel("m2");
        assertThat(refusal(100, child, narrow)).contains(GrantRefusal.MODEL_NOT_ALLOWED);
        assertThat(refusal(100, child, root.withPayee("other"))).contains(GrantRefusal.OTHER_PAYEE);
        var wide = new ExampleGrants("acme", "did:key:zClient", child.jti(), root.jti(), 5000, 5000, "acme", "*");
        assertThat(refusal(101, wide, root)).contains(GrantRefusal.ABOVE_CAP);
    }

    @Test
    void callAboveTheCap() {
        assertThat(refusal(101, root)).contains(GrantRefusal.ABOVE_CAP);
    }

    @Test
    void anotherAsset() {
        var line = new GrantLine(List.of(root.event(1, "eip155:1/erc20:" + PAY_TO.hex(), false)));
        assertThat(line.refuses("did:key:zClient", root.spender(), "acme", PAY_TO, "m1", usdc(1)))
                .contains(GrantRefusal.OTHER_ASSET);
    }

    @Test
    void grantOfAnotherAgentOrKeyOrClient() {
        var line = line(root);
        var mine = root.spender();
        for (var spender : List.of(
                new Spender("did:key:zOther", mine.key(), mine.grant()),
                new Spender(mine.agent(), "o".repeat(43), mine.grant()),
                new Spender(mine.agent(), mine.key(), child.jti()))) {
            assertThat(line.refuses("did:key:zClient", spender, "acme", PAY_TO, "m1", usdc(1)))
                    .contains(GrantRefusal.OF_ANOTHER);
        }
        assertThat(line.refuses("did:key:zOtherClient", mine, "acme", PAY_TO, "m1", usdc(1)))
                .contains(GrantRefusal.OF_ANOTHER);
    }

    private static Optional<GrantRefusal> refusal(long maximum, ExampleGrants... grants) {
        return line(grants).refuses("did:key:zClient", grants[0].spender(), "acme", PAY_TO, "m1", usdc(maximum));
    }

    private static GrantLine line(ExampleGrants... grants) {
        return new GrantLine(Stream.of(grants).map(grant -> grant.event(1)).toList());
    }
}
