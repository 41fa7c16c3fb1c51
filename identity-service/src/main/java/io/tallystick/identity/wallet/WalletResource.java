package io.tallystick.identity.wallet;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.did.Did;
import io.tallystick.identity.tenant.Tenant;
import io.tallystick.identity.tenant.TenantRights;
import io.tallystick.identity.wallet.LinkedWallet.Asking;
import io.tallystick.identity.wallet.Linking.Linked;
import io.tallystick.identity.wallet.Linking.Opened;
import io.tallystick.identity.wallet.Linking.Rejected;
import io.tallystick.identity.wallet.Linking.TooManyChallenges;
import io.tallystick.identity.wallet.Linking.Unchanged;
import io.tallystick.identity.wallet.Linking.Unlinked;
import io.tallystick.identity.wallet.WalletAnswer.WalletPage;
import io.tallystick.identity.wallet.WalletProofs.NewProof;
import io.tallystick.identity.wallet.proof.Account;
import io.tallystick.identity.wallet.proof.Place;
import io.tallystick.kit.access.AccessConfig;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** A tenant's wallets. Everyone registered links its own accounts; a client sees its own, an owner all. */
@Path("/v1/tenants/{tenant}/wallets")
class WalletResource {
    private static final String ANY_CASE_ACCOUNT = "(?:" + Account.CAIP_10 + ")?";

    private final Challenges challenges;
    private final Wallets wallets;
    private final WalletProofs proofs;
    private final Caller caller;
    private final URI issuer;

    WalletResource(Challenges challenges, Wallets wallets, WalletProofs proofs, Caller caller, AccessConfig access) {
        this.challenges = challenges;
        this.wallets = wallets;
        this.proofs = proofs;
        this.caller = caller;
        this.issuer = URI.create(access.issuer());
    }

    @POST
    @RequiresScope("wallets:write")
    @Path("/challenges")
    public Uni<RestResponse<ChallengeAnswer>> challenge(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant, @Valid @NotNull NewChallenge body) {
        TenantRights.requireFor(caller, tenant);
        var account = account(body.account(), "/account");
        return challenges
                .open(new Place(issuer, tenant), caller.did(), account, now())
                .map(WalletResource::opened);
    }

    @POST
    @RequiresScope("wallets:write")
    public Uni<RestResponse<WalletAnswer>> link(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant, @Valid @NotNull NewProof body) {
        TenantRights.requireFor(caller, tenant);
        var did = caller.did();
        return proofs.proven(new Place(issuer, tenant), did, body)
                .chain(proven ->
                        wallets.link(LinkedWallet.linked(tenant, proven.account(), did, proven.proof(), now())))
                .map(WalletResource::answer);
    }

    @GET
    @RequiresScope(value = "wallets:read", or = "wallets:write", own = true)
    public Uni<WalletPage> page(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant,
            @RestQuery @DefaultValue("") @Size(max = Did.MAX_LENGTH) @Pattern(regexp = "[\\x21-\\x7e]*") String did,
            @RestQuery @DefaultValue("") @Pattern(regexp = ANY_CASE_ACCOUNT) String after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(100) int limit) {
        TenantRights.requireFor(caller, tenant);
        if (caller.ownOnly() && !did.isEmpty() && !did.equals(caller.did())) {
            throw WalletProblems.notYours();
        }
        return wallets.page(tenant, caller.ownOnly() ? caller.did() : did, after.toLowerCase(Locale.ROOT), limit)
                .map(WalletPage::of);
    }

    @GET
    @RequiresScope(value = "wallets:read", or = "wallets:write", own = true)
    @Path("/{account}")
    public Uni<WalletAnswer> get(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant, @RestPath @Size(max = 64) String account) {
        TenantRights.requireFor(caller, tenant);
        return wallets.find(tenant, account(account, "/account"), asking()).map(found -> found.map(WalletAnswer::whole)
                .orElseThrow(() -> WalletProblems.of(Rejected.UNKNOWN_WALLET)));
    }

    @DELETE
    @RequiresScope("wallets:write")
    @Path("/{account}")
    public Uni<RestResponse<WalletAnswer>> unlink(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant, @RestPath @Size(max = 64) String account) {
        TenantRights.requireFor(caller, tenant);
        return wallets.unlink(tenant, account(account, "/account"), asking(), now())
                .map(WalletResource::answer);
    }

    /** Of the roles that have this scope, all but an owner's are for their own only. */
    private Asking asking() {
        return new Asking(caller.did(), !caller.ownOnly());
    }

    private static RestResponse<ChallengeAnswer> opened(Linking result) {
        return switch (result) {
            case Opened(var challenge) ->
                RestResponse.status(RestResponse.Status.CREATED, ChallengeAnswer.of(challenge));
            case TooManyChallenges many -> throw WalletProblems.of(many);
            case Rejected rejected -> throw WalletProblems.of(rejected);
            case Linked _, Unchanged _, Unlinked _ -> throw new IllegalStateException("no challenge: " + result);
        };
    }

    private static RestResponse<WalletAnswer> answer(Linking result) {
        return switch (result) {
            case Linked(var wallet) -> RestResponse.status(RestResponse.Status.CREATED, WalletAnswer.whole(wallet));
            case Unchanged(var wallet) -> RestResponse.ok(WalletAnswer.whole(wallet));
            case Unlinked(var wallet) -> RestResponse.ok(WalletAnswer.whole(wallet));
            case Rejected rejected -> throw WalletProblems.of(rejected);
            case Opened _, TooManyChallenges _ -> throw new IllegalStateException("no wallet: " + result);
        };
    }

    static Account account(String text, String pointer) {
        try {
            return Account.parse(text);
        } catch (IllegalArgumentException e) {
            throw WalletProblems.unreadable(pointer, e.getMessage());
        }
    }

    record NewChallenge(@NotNull @Size(max = 64) String account) {}

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
