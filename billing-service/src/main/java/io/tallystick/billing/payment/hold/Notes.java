package io.tallystick.billing.payment.hold;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.ChannelTimes;
import io.tallystick.billing.money.TokenAmount;
import java.util.Optional;

/** What a scheme writes down with a hold. Asked under the channel's lock. */
@FunctionalInterface
public interface Notes {

    /**
     * @param before the channel as the call found it
     * @param after the channel with the hold
     */
    Noted of(ChannelTimes before, Channel after);

    /**
     * @param payment the scheme's own words, for when the hold ends
     * @param announced the total that the payer is told before the charge is known, if it is told one
     */
    record Noted(String payment, Optional<TokenAmount> announced) {
        public Noted {
            requireNonNull(payment, "payment");
            requireNonNull(announced, "announced");
        }
    }
}
