package io.tallystick.identity.did.resolution;

import io.quarkus.arc.All;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.DidLogSource;
import io.tallystick.identity.did.DidLogSource.Found;
import io.tallystick.identity.did.Resolution;
import io.tallystick.identity.did.Resolution.Deactivated;
import io.tallystick.identity.did.Resolution.InvalidDid;
import io.tallystick.identity.did.Resolution.InvalidOptions;
import io.tallystick.identity.did.Resolution.NotFound;
import io.tallystick.identity.did.Resolution.ResolvedVersion;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.ParallelWeb;
import io.tallystick.identity.did.webvh.Verification;
import io.tallystick.identity.did.webvh.Verification.Refused;
import io.tallystick.identity.did.webvh.Verification.Verified;
import io.tallystick.identity.did.webvh.Verification.Version;
import io.tallystick.identity.did.webvh.VersionMetadata;
import io.tallystick.identity.did.webvh.VersionQuery;
import io.tallystick.identity.did.webvh.VersionQuery.Newest;
import io.tallystick.identity.did.webvh.WebvhDid;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Resolves did:webvh, and did:web with and without a log beside it. Asks each source until one knows the DID. */
@ApplicationScoped
class LogResolver {
    private final List<DidLogSource> sources;

    LogResolver(@All List<DidLogSource> sources) {
        this.sources = sources;
    }

    boolean knows(String method) {
        return method.equals("webvh") || method.equals("web");
    }

    /** @throws IllegalArgumentException if {@code did} is none of its method */
    Uni<Resolution> resolve(Did did, VersionQuery wanted, String caller) {
        if (did.method().equals("webvh")) {
            WebvhDid.parse(did.toString());
        }
        return Multi.createFrom()
                .iterable(sources)
                .onItem()
                .transformToUniAndConcatenate(
                        source -> Uni.createFrom().completionStage(() -> source.find(did, caller)))
                .select()
                .where(Optional::isPresent)
                .toUni()
                // Not on the thread that the source answered on.
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .map(found -> found == null
                        ? new NotFound("No log of " + did + " was found.")
                        : resolution(did, found.get(), wanted));
    }

    private static Resolution resolution(Did did, Found found, VersionQuery wanted) {
        return switch (found) {
            case Found.Checked(var log) -> judged(did, log, wanted);
            case Found.Document(var document)
            when wanted instanceof Newest -> new ResolvedVersion(document, JsonObject.of(Map.of()));
            case Found.Document _ -> new InvalidOptions("a did:web without a log has no versions");
            case Found.Answer(var resolution) -> resolution;
        };
    }

    private static Resolution judged(Did did, Verification verification, VersionQuery wanted) {
        return switch (verification) {
            case Verified log -> resolution(did, log, wanted);
            // A version before the wrong entry holds, but is no newest one.
            case Refused refused when wanted instanceof Newest -> new InvalidDid(refused.detail());
            case Refused refused when wanted.in(refused.versions()).isEmpty() -> new InvalidDid(refused.detail());
            case Refused refused -> resolution(did, refused, wanted);
        };
    }

    private static Resolution resolution(Did did, Verification log, VersionQuery wanted) {
        return wanted.in(log.versions())
                .map(version -> resolution(did, version, log.versions(), wanted))
                .orElseGet(() -> new NotFound("The DID has no such version."));
    }

    private static Resolution resolution(Did did, Version version, List<Version> versions, VersionQuery wanted) {
        var metadata = VersionMetadata.of(version, versions);
        if (version.deactivated() && wanted instanceof Newest) {
            return new Deactivated(Optional.empty(), metadata);
        }
        var document = did.method().equals("web") ? ParallelWeb.document(version) : version.document();
        return new ResolvedVersion(document, metadata);
    }
}
