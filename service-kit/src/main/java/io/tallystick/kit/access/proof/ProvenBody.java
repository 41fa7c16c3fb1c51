package io.tallystick.kit.access.proof;

/** What a proof says of the request's body. */
public interface ProvenBody {

    /** Nothing: a DPoP proof speaks of the method and the URL only. */
    ProvenBody UNSAID = _ -> {};

    /** Returns only if the body may be these bytes. @throws ProofRefused otherwise */
    void require(byte[] body);
}
