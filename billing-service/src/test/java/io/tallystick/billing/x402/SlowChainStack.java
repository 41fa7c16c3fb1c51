package io.tallystick.billing.x402;

import io.tallystick.billing.payment.PaymentStack;
import java.util.HashMap;
import java.util.Map;

/** As {@link PaymentStack}, with little patience: for tests whose chain makes no block until it is told to. */
public class SlowChainStack extends PaymentStack {
    @Override
    public Map<String, String> start() {
        var config = new HashMap<>(super.start());
        config.put("tallystick.x402.settle-within", "3s");
        config.put("tallystick.payment.settling-for", "1s");
        config.put("tallystick.payment.sweep-every", "1s");
        config.put("tallystick.ledger.every", "1s");
        return config;
    }
}
