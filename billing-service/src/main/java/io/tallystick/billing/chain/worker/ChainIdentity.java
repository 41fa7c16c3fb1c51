package io.tallystick.billing.chain.worker;

import io.quarkus.logging.Log;
import io.tallystick.billing.chain.ChainConfig;
import io.tallystick.billing.chain.rpc.JsonRpcNode;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Whether the node is one of the chain that is configured. Nothing is sent before that is known. */
@Readiness
@ApplicationScoped
public class ChainIdentity implements HealthCheck {
    private enum Known {
        NOTHING,
        RIGHT,
        WRONG
    }

    private final JsonRpcNode node;
    private final ChainConfig config;
    private volatile Known known = Known.NOTHING;
    private volatile boolean answers;
    private volatile long stranded;

    ChainIdentity(JsonRpcNode node, ChainConfig config) {
        this.node = node;
        this.config = config;
    }

    /** Asks the node, unless it is known to be the right one. */
    boolean right() {
        if (known != Known.RIGHT) {
            long found = node.chainId();
            known = found == config.id() ? Known.RIGHT : Known.WRONG;
            if (known == Known.WRONG) {
                Log.errorf(
                        "the node is one of another chain, nothing is sent, found=%d, wanted=%d", found, config.id());
            }
        }
        return known == Known.RIGHT;
    }

    void heard(boolean answered) {
        answers = answered;
    }

    void stranded(long transactions) {
        stranded = transactions;
    }

    /** Up once the right chain was seen. A node that falls silent later stops payments on the chain, and nothing else. */
    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("chain")
                .status(known == Known.RIGHT)
                .withData("chainId", config.id())
                .withData("found", known.name())
                .withData("answers", answers)
                .withData("stranded", stranded)
                .build();
    }
}
