package io.tallystick.billing.x402;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.payment.PaymentStack;
import io.tallystick.kit.LogLines;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Payments well and badly ended, and no line of the log that somebody could pay with. */
@QuarkusTest
@WithTestResource(PaymentStack.class)
class PaymentLogTest {
    private static final long MOST = 2970;

    @Inject
    Transactions transactions;

    @Test
    void theLogHoldsNoPaymentAndNoSignature() {
        var till = Till.open();
        var wallet = Till.wallet(transactions, 1_000_000);
        var offer = till.offer(MOST);
        var secrets = new ArrayList<String>();
        try (var log = LogLines.open()) {
            var deposit = wallet.deposit(offer, 1000, 100_000);
            var held = till.pay(MOST, offer, deposit);
            till.capture(held, 300);
            till.capture(held, 300);
            var old = wallet.voucher(offer, 1000);
            till.pay(MOST, offer, old);
            var high = wallet.voucher(offer, 5_000_000);
            till.pay(MOST, offer, high);
            till.release(till.pay(MOST, offer, wallet.voucher(offer, 1110)));
            for (var payload : List.of(deposit, old, high)) {
                secrets.add(Till.payment(offer, payload).substring(0, 100));
                secrets.addAll(signatures(payload));
            }

            assertThat(secrets).hasSizeGreaterThan(5);
            assertThat(log.all()).allSatisfy(line -> assertThat(line).doesNotContain(secrets));
        }
    }

    /** Whatever is as long as a signature. */
    private static List<String> signatures(Object value) {
        return switch (value) {
            case JsonObject object ->
                object.fieldNames().stream()
                        .flatMap(name -> signatures(object.getValue(name)).stream())
                        .toList();
            case JsonArray array ->
                array.stream().flatMap(each -> signatures(each).stream()).toList();
            case String text when text.matches("0x[0-9a-fA-F]{130,}") -> List.of(text.substring(2));
            case null, default -> List.of();
        };
    }
}
