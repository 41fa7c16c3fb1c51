package io.tallystick.billing.reconciliation;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.ledger.Balances;
import io.tallystick.billing.rating.account.AccountSweeps;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import org.jboss.resteasy.reactive.RestQuery;

/** A provider's books: what each system of truth says, whether the rules hold, and the ledger's balances. */
@Path("/v1")
class ReconciliationResource {
    private final Comparisons comparisons;
    private final Invariants invariants;
    private final LedgerSweep ledger;
    private final AccountSweeps accounts;
    private final Balances balances;
    private final Database database;
    private final Caller caller;

    ReconciliationResource(
            Comparisons comparisons,
            Invariants invariants,
            LedgerSweep ledger,
            AccountSweeps accounts,
            Balances balances,
            Database database,
            Caller caller) {
        this.comparisons = comparisons;
        this.invariants = invariants;
        this.ledger = ledger;
        this.accounts = accounts;
        this.balances = balances;
        this.database = database;
        this.caller = caller;
    }

    /** Brings the ledger level first: what was charged a moment ago is no difference. */
    @GET
    @Path("/reconciliation")
    @RequiresScope("billing:read")
    public Uni<Reconciliation> reconcile() {
        var tenant = caller.tenant();
        return ledger.followChannels()
                .chain(accounts::book)
                .chain(() -> comparisons.of(tenant))
                .chain(lines -> invariants.of(tenant).map(rules -> Reconciliation.of(lines, rules)));
    }

    @GET
    @Path("/ledger/balances")
    @RequiresScope("billing:read")
    public Uni<BalancePage> balances(
            @RestQuery @DefaultValue("") String afterAsset,
            @RestQuery @DefaultValue("") String afterAccount,
            @RestQuery @DefaultValue("100") @Min(1) @Max(1000) int limit) {
        var tenant = caller.tenant();
        return database.inTransaction(session -> balances.page(session, tenant, afterAsset, afterAccount, limit))
                .map(page -> new BalancePage(page.stream().map(ShownBalance::of).toList()));
    }

    /**
     * @param equal whether all lines are, and all rules hold
     * @param lines each amount as every system knows it
     * @param rules what always holds
     */
    record Reconciliation(boolean equal, List<ShownLine> lines, List<ShownRule> rules) {
        static Reconciliation of(List<Line> lines, List<Invariants.Rule> rules) {
            return new Reconciliation(
                    lines.stream().allMatch(Line::equal)
                            && rules.stream().allMatch(rule -> rule.brokenBy().isEmpty()),
                    lines.stream().map(ShownLine::of).toList(),
                    rules.stream().map(ShownRule::of).toList());
        }
    }

    record ShownLine(String name, String asset, boolean equal, List<ShownSide> sides) {
        static ShownLine of(Line line) {
            return new ShownLine(
                    line.name(),
                    line.asset(),
                    line.equal(),
                    line.sides().stream()
                            .map(side ->
                                    new ShownSide(side.source(), side.amount().toString()))
                            .toList());
        }
    }

    record ShownSide(String source, String amount) {}

    /** @param brokenBy key of the first row that breaks it; empty while it holds */
    record ShownRule(String name, boolean holds, String brokenBy) {
        static ShownRule of(Invariants.Rule rule) {
            return new ShownRule(
                    rule.name(), rule.brokenBy().isEmpty(), rule.brokenBy().orElse(""));
        }
    }

    record BalancePage(List<ShownBalance> balances) {}

    record ShownBalance(
            String asset,
            String account,
            String debitsPosted,
            String creditsPosted,
            String debitsPending,
            String creditsPending) {
        static ShownBalance of(Balances.AccountBalance row) {
            return new ShownBalance(
                    row.asset(),
                    row.account(),
                    row.balance().debitsPosted().toString(),
                    row.balance().creditsPosted().toString(),
                    row.balance().debitsPending().toString(),
                    row.balance().creditsPending().toString());
        }
    }
}
