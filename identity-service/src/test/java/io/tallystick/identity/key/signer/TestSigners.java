package io.tallystick.identity.key.signer;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;

/** Signers as another instance has them that is configured otherwise. */
public final class TestSigners {
    private TestSigners() {}

    /** @param config what the service has, but that new keys are made by {@code maker} */
    public static Signers making(Holder maker, SignerConfig config, Vertx vertx, MeterRegistry metrics) {
        var other = (SignerConfig) Proxy.newProxyInstance(
                SignerConfig.class.getClassLoader(),
                new Class<?>[] {SignerConfig.class},
                (_, method, arguments) -> switch (method.getName()) {
                    case "signer" -> maker;
                    case "openMasterKey" -> config.openMasterKey();
                    default -> method.invoke(config, arguments);
                });
        return new Signers(other, new VaultHttp(vertx, other), metrics);
    }
}
