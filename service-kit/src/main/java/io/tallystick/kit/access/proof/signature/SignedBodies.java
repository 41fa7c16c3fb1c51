package io.tallystick.kit.access.proof.signature;

import io.tallystick.kit.access.AccessRefused;
import io.tallystick.kit.access.AccessRefused.Reason;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.access.proof.Proof;
import io.tallystick.kit.access.proof.ProofRefused;
import io.tallystick.kit.access.proof.ProvenBody;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/**
 * Compares a request's body with what its signature says, before the resource sees any of it. The body is as large as the
 * server lets one be ({@code quarkus.http.limits.max-body-size}), and is read whole.
 */
@Provider
@RequiresScope("")
class SignedBodies implements ReaderInterceptor {

    @Override
    public Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
        if (context.getProperty(Proof.PROPERTY) instanceof Proof proof && proof.body() != ProvenBody.UNSAID) {
            var body = context.getInputStream().readAllBytes();
            try {
                proof.body().require(body);
            } catch (ProofRefused e) {
                throw new AccessRefused(Reason.BAD_REQUEST_SIGNATURE, e.getMessage());
            }
            context.setInputStream(new ByteArrayInputStream(body));
        }
        return context.proceed();
    }
}
