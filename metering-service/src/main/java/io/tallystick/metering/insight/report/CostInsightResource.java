package io.tallystick.metering.insight.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.metering.insight.report.Amounts.OfAsset;
import io.tallystick.metering.insight.report.CostReports.Gas;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** What was charged; and what it cost the provider, for the provider's eyes only. */
@Path("/v1/insight/cost")
@RequiresScope(value = "usage:read", own = true)
class CostInsightResource {
    private static final String CSV = "text/csv";
    private static final Set<String> GROUPS = Set.of("subject", "model");

    /** Usage that nothing was charged for and that has no cost price either. */
    private static final OfAsset NOTHING = new OfAsset("", 0, BigInteger.ZERO, BigInteger.ZERO, Optional.empty());

    private final CostReports reports;
    private final Questions questions;
    private final Caller caller;

    CostInsightResource(CostReports reports, Questions questions, Caller caller) {
        this.reports = reports;
        this.questions = questions;
        this.caller = caller;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<CostAnswer> cost(@Context UriInfo uri) {
        var question = questions.of(uri, GROUPS);
        var provider = !caller.ownOnly();
        var gas = provider ? reports.gas(question) : Uni.createFrom().item(List.<Gas>of());
        return reports.amounts(question)
                .chain(rows -> gas.map(settled -> CostAnswer.of(question, rows, settled, provider)));
    }

    @GET
    @Produces(CSV + ";qs=0.1")
    public Uni<RestResponse<String>> csv(@Context UriInfo uri) {
        var question = questions.of(uri, GROUPS);
        var provider = !caller.ownOnly();
        return reports.amounts(question).map(rows -> {
            var page = page(question, rows);
            var answer = ResponseBuilder.ok(csv(question, page, provider), CSV);
            if (rows.size() > question.limit()) {
                answer.header("Link", Questions.nextLink(uri, page.getLast().place()));
            }
            return answer.build();
        });
    }

    private static String csv(Question question, List<Amounts> page, boolean provider) {
        var head = new ArrayList<>(List.of(
                "window_start", "window_end", "subject", "model", "asset", "calls", "charged", "price_per_1000_calls"));
        if (provider) {
            head.addAll(List.of("known_cost", "cost", "margin", "coverage"));
        }
        var csv = new Csv(head.toArray(String[]::new));
        for (var row : page) {
            var assets = row.assets().isEmpty() ? List.of(NOTHING) : row.assets();
            assets.stream().filter(asset -> provider || asset.isCharged()).forEach(asset -> {
                var line = new ArrayList<>(List.of(
                        question.windows().start(row.place().window()).toString(),
                        question.windows().end(row.place().window()).toString(),
                        row.place().subject(),
                        row.place().model(),
                        asset.asset(),
                        Long.toString(asset.calls()),
                        asset.charged().toString(),
                        text(asset.pricePer1000Calls())));
                if (provider) {
                    line.addAll(
                            List.of(text(asset.cost()), text(row.cost()), text(row.margin()), text(row.coverage())));
                }
                csv.line(line);
            });
        }
        return csv.text();
    }

    private static List<Amounts> page(Question question, List<Amounts> rows) {
        return rows.subList(0, Math.min(question.limit(), rows.size()));
    }

    private static String text(Optional<BigDecimal> number) {
        return number.map(BigDecimal::stripTrailingZeros)
                .map(BigDecimal::toPlainString)
                .orElse("");
    }

    /** Null where there is none, or the caller is not to see it: the member is left out. */
    private static String shown(boolean show, Optional<BigDecimal> number) {
        return show && number.isPresent() ? text(number) : null;
    }

    /**
     * @param settlements what settling took on each network; absent for clients
     * @param next {@code after} of the next page; absent on the last
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record CostAnswer(Instant from, Instant to, List<CostRow> rows, List<GasRow> settlements, String next) {
        static CostAnswer of(Question question, List<Amounts> rows, List<Gas> gas, boolean provider) {
            var bounds = question.windows().bounds();
            var page = page(question, rows);
            return new CostAnswer(
                    bounds.getFirst(),
                    bounds.getLast(),
                    page.stream()
                            .map(row -> CostRow.of(question, row, provider))
                            .toList(),
                    provider ? gas.stream().map(GasRow::of).toList() : null,
                    rows.size() > question.limit() ? page.getLast().place().text() : null);
        }
    }

    /**
     * Decimal strings.
     *
     * @param amounts by asset, in token units
     * @param cost absent unless all of it is known
     * @param margin what was charged less {@code cost}
     * @param marginShare of what was charged
     * @param coverage share of the usage that has a cost price
     * @param unknown meters, and models, of which the cost is not known
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record CostRow(
            Instant windowStart,
            Instant windowEnd,
            String subject,
            String model,
            List<AmountView> amounts,
            String cost,
            String margin,
            String marginShare,
            String coverage,
            List<String> unknown) {
        static CostRow of(Question question, Amounts row, boolean provider) {
            return new CostRow(
                    question.windows().start(row.place().window()),
                    question.windows().end(row.place().window()),
                    question.bySubject() ? row.place().subject() : null,
                    question.byModel() ? row.place().model() : null,
                    row.assets().stream()
                            .filter(asset -> provider || asset.isCharged())
                            .map(asset -> AmountView.of(asset, provider))
                            .toList(),
                    shown(provider, row.cost()),
                    shown(provider, row.margin()),
                    shown(provider, row.marginShare()),
                    shown(provider, row.coverage()),
                    provider ? row.unknown() : null);
        }
    }

    /** @param knownCost of the usage that has a cost price in this asset; absent where none has */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record AmountView(
            String asset,
            String calls,
            String charged,
            String chargedToCalls,
            String chargedToAccounts,
            String pricePer1000Calls,
            String knownCost) {
        static AmountView of(OfAsset amount, boolean provider) {
            return new AmountView(
                    amount.asset(),
                    Long.toString(amount.calls()),
                    amount.charged().toString(),
                    amount.ofCalls().toString(),
                    amount.ofAccounts().toString(),
                    shown(true, amount.pricePer1000Calls()),
                    shown(provider, amount.cost()));
        }
    }

    /**
     * Decimal strings.
     *
     * @param feeWei in the smallest unit of the network's own coin
     * @param feesUnknown transactions whose price of gas was not told
     * @param cost the fees by asset, where a price of {@code gas-wei} was set for their hour
     * @param feesNotConverted transactions whose fee is in {@code feeWei} and not in {@code cost}
     */
    record GasRow(
            String network,
            String transactions,
            String gasUsed,
            String feeWei,
            String feesUnknown,
            Map<String, String> cost,
            String feesNotConverted) {
        static GasRow of(Gas gas) {
            return new GasRow(
                    gas.network(),
                    Long.toString(gas.transactions()),
                    gas.gasUsed().toString(),
                    gas.feeWei().toString(),
                    Long.toString(gas.unknown()),
                    gas.cost().entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue()
                            .toPlainString())),
                    Long.toString(gas.unpriced()));
        }
    }
}
