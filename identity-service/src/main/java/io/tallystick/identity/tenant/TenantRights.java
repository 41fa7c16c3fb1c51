package io.tallystick.identity.tenant;

import io.tallystick.kit.access.Caller;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;

/** Who may look after a tenant: its own owners, and the installation's operator. */
public final class TenantRights {

    private TenantRights() {}

    /** Returns only if {@code caller} may look after {@code tenant}; says nothing of whether it exists. */
    public static void requireFor(Caller caller, String tenant) {
        if (!caller.tenant().equals(tenant) && !caller.may("tenants:write")) {
            throw new ProblemException(Problem.of(
                    "other-tenant",
                    "Not allowed",
                    403,
                    "Use an access token of tenant " + tenant + " or the operator's."));
        }
    }
}
