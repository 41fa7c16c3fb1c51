package io.tallystick.billing.rating.account;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.Ratio;
import io.tallystick.billing.rating.Charge;
import io.tallystick.billing.rating.Period;
import io.tallystick.billing.rating.PeriodCharge;
import io.tallystick.billing.rating.SeriesTotals;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** What a subject owes, and what for. A subject reads its own account; a provider those of all its subjects. */
@Path("/v1/accounts/{subject}")
class AccountResource {
    private final Accounts accounts;
    private final Caller caller;
    private final Clock clock = Clock.systemUTC();

    AccountResource(Accounts accounts, Caller caller) {
        this.accounts = accounts;
        this.caller = caller;
    }

    @GET
    @RequiresScope(value = "billing:read", own = true)
    public Uni<View> get(@RestPath String subject) {
        return readable(subject).map(View::of);
    }

    @PUT
    @RequiresScope("rates:write")
    public Uni<Terms> put(@RestPath String subject, @NotNull @Valid Terms body) {
        requireSubject(subject);
        var account = new AccountEntity.Key(caller.tenant(), subject);
        return accounts.settle(account, body.toTerms(), clock.instant()).map(row -> {
            if (row.isEmpty()) {
                throw refused("account-in-use", 409, "Put new prices on the account's card instead of another card.");
            }
            return body;
        });
    }

    /** What stands on the bills from the period of {@code from} on, adjustments of earlier periods among it. */
    @GET
    @Path("/charges")
    @RequiresScope(value = "billing:read", own = true)
    public Uni<View.Charges> charges(
            @RestPath String subject,
            @RestQuery @DefaultValue("1970-01-01T00:00:00Z") String from,
            @RestQuery @DefaultValue("100") @Min(1) @Max(1000) int limit) {
        var start = instant(from, "from");
        return priced(subject).chain(row -> accounts.charges(row, start, limit).map(View.Charges::of));
    }

    /** How the period that {@code at} lies in is made up, by what is metered now. */
    @GET
    @Path("/charges/lines")
    @RequiresScope(value = "billing:read", own = true)
    public Uni<View.Lines> lines(@RestPath String subject, @RestQuery String at) {
        var time = at == null ? clock.instant() : instant(at, "at");
        return priced(subject).chain(row -> accounts.cost(row, time).map(View.Lines::of));
    }

    private Uni<AccountEntity> priced(String subject) {
        return readable(subject).invoke(row -> {
            if (!row.isPriced()) {
                throw refused("no-prices", 404, "The account's rate card has no prices yet; post them first.");
            }
        });
    }

    private Uni<AccountEntity> readable(String subject) {
        requireSubject(subject);
        if (caller.ownOnly() && !caller.subjects().contains(subject)) {
            throw refused(
                    "not-your-account",
                    403,
                    "Ask for the account of your own DID, or of a wallet that is linked to it.");
        }
        return accounts.find(new AccountEntity.Key(caller.tenant(), subject)).map(AccountResource::found);
    }

    private static AccountEntity found(Optional<AccountEntity> row) {
        return row.orElseThrow(
                () -> refused("unknown-account", 404, "An account begins with its first usage, or by PUT."));
    }

    private static void requireSubject(String subject) {
        if (subject.isBlank() || subject.length() > 256) {
            throw refused("invalid-request", 400, "A subject has 1 to 256 characters.");
        }
    }

    private static Instant instant(String text, String name) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw refused("invalid-request", 400, "Give " + name + " as an RFC 3339 time in UTC.");
        }
    }

    private static ProblemException refused(String name, int status, String detail) {
        return new ProblemException(Problem.of(name, "Account not answered", status, detail));
    }

    /**
     * @param rateCard key of the card that prices the account's usage
     * @param limit token units it may owe before its tap closes
     * @param payer whose channels pay what it owes, as far as they were signed for accounts; left out if none do
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Terms(
            @NotNull @Pattern(regexp = "[a-z0-9](?:[a-z0-9-]{0,62})")
            String rateCard,

            @NotNull @Pattern(regexp = "0|[1-9][0-9]{0,37}") String limit,
            @Pattern(regexp = "0x[0-9a-fA-F]{40}") String payer) {

        AccountTerms toTerms() {
            return new AccountTerms(
                    rateCard, new BigInteger(limit), Optional.ofNullable(payer).map(Address::of));
        }
    }

    /**
     * An account on the wire. Token units travel as decimal strings.
     *
     * @param fault why it does not go on; left out while all is well
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record View(
            String subject,
            String rateCard,
            String period,
            String asset,
            String payer,
            String rated,
            String debited,
            String credited,
            String charged,
            String receivable,
            String credit,
            String limit,
            Instant closedUntil,
            String fault) {

        static View of(AccountEntity row) {
            var rated = row.debited.subtract(row.credited);
            return new View(
                    row.key.subject(),
                    row.card,
                    row.period,
                    row.asset,
                    row.payer,
                    rated.toString(),
                    row.debited.toString(),
                    row.credited.toString(),
                    row.charged.toString(),
                    rated.subtract(row.charged).max(BigInteger.ZERO).toString(),
                    row.charged.subtract(rated).max(BigInteger.ZERO).toString(),
                    row.limitUnits.toString(),
                    row.closedUntil,
                    row.fault);
        }

        /** What stands on the bills. */
        record Charges(List<Booked> charges) {
            static Charges of(List<Charge> charges) {
                return new Charges(charges.stream().map(Booked::of).toList());
            }
        }

        /** @param adjustment whether it corrects an earlier period, whose bill was closed */
        record Booked(Hours bookedIn, Hours usedIn, boolean adjustment, String debited, String credited, String net) {
            static Booked of(Charge charge) {
                return new Booked(
                        Hours.of(charge.bookedIn()),
                        Hours.of(charge.usedIn()),
                        charge.isAdjustment(),
                        charge.debited().units().toString(),
                        charge.credited().units().toString(),
                        charge.netUnits().toString());
            }
        }

        record Hours(Instant start, Instant end) {
            static Hours of(Period period) {
                return new Hours(period.start(), period.end());
            }
        }

        /**
         * @param total the exact costs of the lines, added up and rounded down once
         * @param unpriced usage that the card of its hour does not name
         */
        record Lines(Hours period, String total, List<Line> lines, List<Unpriced> unpriced) {
            static Lines of(PeriodCharge charge) {
                return new Lines(
                        Hours.of(charge.period()),
                        charge.units().toString(),
                        charge.lines().stream().map(Line::of).toList(),
                        charge.unpriced().stream().map(Unpriced::of).toList());
            }
        }

        /** @param cost exact, as a fraction of token units where it is not whole */
        record Line(String meter, Map<String, String> dimensions, Instant effectiveFrom, String quantity, String cost) {
            static Line of(PeriodCharge.Line line) {
                return new Line(
                        line.entry().meter(),
                        line.entry().dimensions(),
                        line.effectiveFrom(),
                        line.quantity().stripTrailingZeros().toPlainString(),
                        exact(line.cost()));
            }

            private static String exact(Ratio cost) {
                return cost.denominator().equals(BigInteger.ONE)
                        ? cost.numerator().toString()
                        : cost.numerator() + "/" + cost.denominator();
            }
        }

        record Unpriced(String meter, Map<String, String> dimensions, String quantity) {
            static Unpriced of(SeriesTotals series) {
                return new Unpriced(
                        series.meter(),
                        series.dimensions(),
                        series.usage().stripTrailingZeros().toPlainString());
            }
        }
    }
}
