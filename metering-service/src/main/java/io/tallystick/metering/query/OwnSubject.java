package io.tallystick.metering.query;

import io.tallystick.kit.access.Caller;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.Set;

/** A client sees its own usage and nobody else's: of the subject that is its DID, and of its wallets. */
@ApplicationScoped
class OwnSubject {
    private final Caller caller;

    OwnSubject(Caller caller) {
        this.caller = caller;
    }

    /** @throws ProblemException if the caller asks for a subject that is not its own and may not */
    Asked within(Asked asked) {
        if (!caller.ownOnly()) {
            return asked;
        }
        var mine = caller.subjects();
        asked.subject().forEach(subject -> require(subject, mine));
        return asked.subject().isEmpty() ? asked.ofSubjects(mine) : asked;
    }

    /** The subjects that are answered; empty for all. */
    Optional<Set<String>> within(Optional<String> subject) {
        if (!caller.ownOnly()) {
            return subject.map(Set::of);
        }
        var mine = caller.subjects();
        subject.ifPresent(one -> require(one, mine));
        return Optional.of(subject.map(Set::of).orElse(mine));
    }

    private void require(String subject, Set<String> mine) {
        if (!mine.contains(subject)) {
            throw new ProblemException(Problem.of(
                    "not-your-subject",
                    "Not allowed",
                    403,
                    "Ask for " + caller.did() + " or a wallet that is linked to it, or name no subject."));
        }
    }
}
