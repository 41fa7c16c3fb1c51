package io.tallystick.billing.grant;

import io.tallystick.billing.channel.ExampleChannels;
import io.tallystick.events.GrantChanged;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Spend grants as identity-service tells of them. */
public record ExampleGrants(
        String tenant, String client, String jti, String parent, long budget, long cap, String payee, String model) {
    public static final String KEY = "k".repeat(43);

    /** A client's own grant with this tenant, for any model. */
    public static ExampleGrants of(String tenant, String client, long budget, long cap) {
        return new ExampleGrants(tenant, client, newJti(), "", budget, cap, tenant, "*");
    }

    public ExampleGrants child(long childBudget) {
        return new ExampleGrants(tenant, client, newJti(), jti, childBudget, Math.min(cap, childBudget), payee, model);
    }

    public ExampleGrants withPayee(String other) {
        return new ExampleGrants(tenant, client, jti, parent, budget, cap, other, model);
    }

    public ExampleGrants withModel(String other) {
        return new ExampleGrants(tenant, client, jti, parent, budget, cap, payee, other);
    }

    public String agent() {
        return "did:key:zAgentOf" + jti;
    }

    public Spender spender() {
        return new Spender(agent(), KEY, jti);
    }

    public GrantChanged event(long revision) {
        return event(revision, ExampleChannels.USDC.id(), false);
    }

    public GrantChanged revoked(long revision) {
        return event(revision, ExampleChannels.USDC.id(), true);
    }

    public GrantChanged event(long revision, String asset, boolean revoked) {
        var now = Instant.now();
        return new GrantChanged(
                tenant,
                jti,
                "digest",
                parent,
                client,
                client,
                new GrantChanged.Agent(agent(), KEY),
                new GrantChanged.Limits(
                        asset,
                        BigInteger.valueOf(budget),
                        BigInteger.valueOf(cap),
                        List.of(payee),
                        List.of(model),
                        3,
                        now.minusSeconds(10),
                        now.plusSeconds(3600)),
                revoked,
                now,
                revision);
    }

    private static String newJti() {
        return UUID.randomUUID().toString().replace("-", "");
    }
}
