package io.tallystick.billing.settlement;

import io.tallystick.billing.BillingStack;
import java.util.Map;

/** The service with room for two channels in one look, and nothing that reads them again by itself. */
public class FewAtOnceStack extends BillingStack {
    @Override
    public Map<String, String> start() {
        var config = super.start();
        config.put("tallystick.chain.confirmations", "2");
        config.put("tallystick.chain.poll-interval", "50ms");
        config.put("tallystick.settlement.interval", "100ms");
        config.put("tallystick.settlement.threshold-units", "10000");
        config.put("tallystick.settlement.channels-at-once", "2");
        config.put("tallystick.settlement.watch-after", "10m");
        config.put("tallystick.chain.small-deposit-units", "1000000");
        return config;
    }
}
