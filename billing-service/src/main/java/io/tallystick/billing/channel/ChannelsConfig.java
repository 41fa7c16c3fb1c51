package io.tallystick.billing.channel;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.math.BigInteger;

/** How channels are reported. */
@ConfigMapping(prefix = "tallystick.channel")
public interface ChannelsConfig {

    /** Below so many token units left in a channel it is reported as low: less than a usual call may cost. */
    @WithDefault("10000")
    BigInteger lowUnits();
}
