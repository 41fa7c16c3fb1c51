package io.tallystick.metering.query;

import io.tallystick.kit.access.Caller;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** A client sees its own usage and nobody else's: the subject that is its DID. */
@ApplicationScoped
class OwnSubject {
    private final Caller caller;

    OwnSubject(Caller caller) {
        this.caller = caller;
    }

    /** @throws ProblemException if the caller asks for a subject that is not its own and may not */
    Asked within(Asked asked) {
        asked.subject().forEach(this::require);
        return caller.ownOnly() ? asked.ofSubject(caller.did()) : asked;
    }

    /** The one subject that is answered; empty for all. */
    Optional<String> within(Optional<String> subject) {
        subject.ifPresent(this::require);
        return caller.ownOnly() ? Optional.of(caller.did()) : subject;
    }

    private void require(String subject) {
        if (caller.ownOnly() && !subject.equals(caller.did())) {
            throw new ProblemException(Problem.of(
                    "not-your-subject", "Not allowed", 403, "Ask for " + caller.did() + ", or name no subject."));
        }
    }
}
