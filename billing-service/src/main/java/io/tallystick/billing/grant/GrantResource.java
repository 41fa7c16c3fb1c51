package io.tallystick.billing.grant;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.grant.GrantBudgets.Spending;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.kit.access.AccessToken;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** What was spent under grants: for the tenant's owner, for the client whose money it is, and for a grant's own agent. */
@Path("/v1/grants")
@RequiresScope(value = "billing:read", or = "grants:spend", own = true)
class GrantResource {
    private final GrantBudgets budgets;
    private final Caller caller;

    GrantResource(GrantBudgets budgets, Caller caller) {
        this.budgets = budgets;
        this.caller = caller;
    }

    /** At most a hundred, in the order of their names; {@code next} asks for those that follow. An agent has one. */
    @GET
    public Uni<Page> list(@RestQuery @DefaultValue("") String after) {
        var agents = caller.spending().map(AccessToken.Spending::grant);
        if (agents.isPresent()) {
            return budgets.find(caller.tenant(), agents.get())
                    .map(found -> new Page(found.stream().map(Shown::of).toList(), null));
        }
        var client = caller.ownOnly() ? Optional.of(caller.did()) : Optional.<String>empty();
        return budgets.page(caller.tenant(), client, after)
                .map(page -> new Page(
                        page.stream().map(Shown::of).toList(),
                        page.size() < GrantBudgets.PAGE
                                ? null
                                : page.getLast().budget().jti()));
    }

    /** 404 for a grant that nobody spent from yet: identity-service has its text. */
    @GET
    @Path("/{jti}")
    public Uni<Shown> get(@RestPath String jti) {
        var agents = caller.spending().map(AccessToken.Spending::grant);
        var client = caller.ownOnly() || agents.isPresent() ? Optional.of(caller.did()) : Optional.<String>empty();
        return budgets.find(caller.tenant(), jti)
                .map(found -> found.filter(spent -> agents.map(jti::equals).orElse(true))
                        .filter(spent -> client.map(spent.client()::equals).orElse(true))
                        .map(Shown::of)
                        .orElseThrow(() -> new ProblemException(Problem.of(
                                "unknown-grant",
                                "No such grant",
                                404,
                                "Nothing was spent under a grant of this name that you may see."))));
    }

    record Page(List<Shown> grants, String next) {}

    /** Token units travel as decimal strings. */
    record Shown(
            String jti,
            String parent,
            String client,
            String agent,
            String asset,
            String budget,
            String spent,
            String held,
            String remaining) {

        static Shown of(Spending spending) {
            var budget = spending.budget();
            return new Shown(
                    budget.jti(),
                    spending.parent(),
                    spending.client(),
                    spending.agent(),
                    budget.budget().asset().id(),
                    text(budget.budget()),
                    text(budget.spent()),
                    text(budget.held()),
                    text(budget.left()));
        }

        private static String text(TokenAmount amount) {
            return amount.units().toString();
        }
    }
}
