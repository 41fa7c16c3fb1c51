package io.tallystick.identity.credential.verification;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.credential.status.ListAddress;
import io.tallystick.identity.credential.status.SignedLists;
import io.tallystick.identity.credential.verification.Verdict.Believed;
import io.tallystick.identity.credential.verification.Verdict.Reason;
import io.tallystick.identity.credential.verification.Verdict.Refused;
import io.tallystick.identity.did.Resolution;
import io.tallystick.identity.did.Resolution.Deactivated;
import io.tallystick.identity.did.Resolution.InvalidDid;
import io.tallystick.identity.did.Resolution.InvalidOptions;
import io.tallystick.identity.did.Resolution.MethodNotSupported;
import io.tallystick.identity.did.Resolution.NotFound;
import io.tallystick.identity.did.Resolution.NotResolved;
import io.tallystick.identity.did.Resolution.Resolved;
import io.tallystick.identity.did.Resolution.ResolvedVersion;
import io.tallystick.identity.did.Resolution.TooManyRequests;
import io.tallystick.identity.did.installation.Assertions;
import io.tallystick.identity.did.resolution.NewestDocuments;
import io.tallystick.kit.access.AccessConfig;
import io.tallystick.kit.access.CompactJws;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Verifies credentials of whoever issued them. What they name is compared with what is found out; the only thing that is
 * looked up because they name it is the issuer's DID, by the rules for foreign DIDs.
 */
@ApplicationScoped
class CredentialVerifier {
    /** Longest credential looked at, in characters. */
    static final int MAX_LENGTH = 16_384;

    /** A list of a million bits that cannot be packed, twice encoded. */
    private static final int MAX_LIST_LENGTH = 262_144;

    private final NewestDocuments documents;
    private final SignedLists lists;
    private final Assertions own;
    private final Duration skew;

    CredentialVerifier(NewestDocuments documents, SignedLists lists, Assertions own, AccessConfig access) {
        this.documents = documents;
        this.lists = lists;
        this.own = own;
        this.skew = access.clockSkew();
    }

    /** @param caller who is held to its part of what others are asked for */
    Uni<Verdict> verify(String jwt, String caller, Instant now) {
        SignedCredential credential;
        try {
            credential = SignedCredential.parse(jwt, MAX_LENGTH);
        } catch (CompactJws.Invalid e) {
            return Uni.createFrom().item(new Refused(Reason.NOT_A_CREDENTIAL, e.getMessage()));
        }
        return signature(credential, caller, now)
                .chain(refused -> refused.isPresent() ? Uni.createFrom().item(refused) : status(credential, now))
                .map(refused -> refused.<Verdict>map(one -> one).orElseGet(() -> new Believed(credential)));
    }

    /** Why its signature says nothing now; empty if it does. */
    private Uni<Optional<Refused>> signature(SignedCredential credential, String caller, Instant now) {
        return documents.of(credential.issuer(), caller).map(found -> unresolved(found)
                .or(() -> unsigned(credential, found))
                .or(() -> untimely(credential, now)));
    }

    private static Optional<Refused> unresolved(Resolution found) {
        return switch (found) {
            case Resolved _, ResolvedVersion _ -> Optional.empty();
            case Deactivated _ -> unresolved("the issuer's DID is deactivated");
            case NotFound(var detail) -> unresolved(detail);
            case InvalidDid(var detail) -> unresolved(detail);
            case InvalidOptions(var detail) -> unresolved(detail);
            case NotResolved(var detail, var _) -> unresolved(detail);
            case MethodNotSupported(var method) -> unresolved("did:" + method + " is not supported");
            case TooManyRequests(var detail, var _) -> Optional.of(new Refused(Reason.TOO_MANY_LOOKUPS, detail));
        };
    }

    private static Optional<Refused> unresolved(String detail) {
        return Optional.of(new Refused(Reason.ISSUER_NOT_RESOLVED, detail));
    }

    private static Optional<Refused> unsigned(SignedCredential credential, Resolution found) {
        try {
            credential.requireSignedBy(IssuerKeys.named(credential.kid(), credential.issuer(), found));
            return Optional.empty();
        } catch (CompactJws.Invalid e) {
            return Optional.of(new Refused(Reason.NOT_SIGNED, e.getMessage()));
        }
    }

    private Optional<Refused> untimely(SignedCredential credential, Instant now) {
        if (credential.validFrom().isAfter(now.plus(skew))) {
            return Optional.of(new Refused(Reason.NOT_VALID_NOW, "it is not valid yet"));
        }
        return credential.validUntil().isBefore(now.minus(skew))
                ? Optional.of(new Refused(Reason.NOT_VALID_NOW, "it has expired"))
                : Optional.empty();
    }

    private Uni<Optional<Refused>> status(SignedCredential credential, Instant now) {
        try {
            return Multi.createFrom()
                    .iterable(credential.status())
                    .onItem()
                    .transformToUniAndConcatenate(entry -> status(credential, entry, now))
                    .select()
                    .where(Optional::isPresent)
                    .toUni()
                    .map(found -> found == null ? Optional.<Refused>empty() : found);
        } catch (CompactJws.Invalid e) {
            return Uni.createFrom().item(unchecked(e.getMessage()));
        }
    }

    /** Only our own lists are looked at: an address that a stranger names is not asked. */
    private Uni<Optional<Refused>> status(SignedCredential credential, StatusEntry entry, Instant now) {
        var address = lists.origin().flatMap(origin -> ListAddress.of(entry.list(), origin));
        if (address.isEmpty()
                || own.issuer().filter(credential.issuer()::equals).isEmpty()) {
            return Uni.createFrom()
                    .item(unchecked("status lists of other issuers are not fetched here; check "
                            + "the status at the issuer, or ask for a credential without one"));
        }
        return lists.get(address.get(), now)
                .chain(text -> text.isEmpty()
                        ? Uni.createFrom().item(unchecked("there is no such status list"))
                        : listed(text.get(), credential, entry, now));
    }

    private Uni<Optional<Refused>> listed(String text, SignedCredential credential, StatusEntry entry, Instant now) {
        SignedCredential list;
        try {
            list = SignedCredential.parse(text, MAX_LIST_LENGTH);
        } catch (CompactJws.Invalid e) {
            return Uni.createFrom().item(unchecked("the status list: " + e.getMessage()));
        }
        return signature(list, "", now)
                .map(refused -> refused.isPresent()
                        ? unchecked("the status list: " + refused.get().detail())
                        : bit(list, credential, entry));
    }

    private static Optional<Refused> bit(SignedCredential list, SignedCredential credential, StatusEntry entry) {
        try {
            return PresentedList.isSet(list, entry, credential.issuer())
                    ? Optional.of(set(entry.purpose()))
                    : Optional.empty();
        } catch (CompactJws.Invalid e) {
            return unchecked(e.getMessage());
        }
    }

    private static Refused set(String purpose) {
        return purpose.equals(StatusEntry.REVOCATION)
                ? new Refused(Reason.REVOKED, "its issuer has revoked it")
                : new Refused(Reason.SUSPENDED, "its issuer has suspended it");
    }

    private static Optional<Refused> unchecked(String detail) {
        return Optional.of(new Refused(Reason.STATUS_NOT_CHECKED, detail));
    }
}
