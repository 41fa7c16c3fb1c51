package io.tallystick.identity.workload;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.workload.WorkloadVerification.Proven;
import io.tallystick.identity.workload.WorkloadVerification.Refused;
import io.tallystick.identity.workload.WorkloadVerification.Silent;
import io.tallystick.kit.access.AccessConfig;
import io.tallystick.kit.access.CompactJws;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Verifies what platforms say of their programs. The token chooses nothing: its {@code iss} or {@code sub} is compared with
 * the platforms that are configured, its {@code kid} is looked up in that platform's keys, and the key knows its
 * algorithms.
 */
@ApplicationScoped
public class Platforms {
    /** Most platforms there may be. */
    static final int MOST = 16;

    /** Longest token looked at, in characters. */
    static final int MAX_LENGTH = 8192;

    private static final Set<String> REQUIRED = Set.of("alg", "kid");
    private static final Set<String> OPTIONAL = Set.of("typ");
    private static final Set<String> TYPES = Set.of("JWT", "JOSE");
    private static final Pattern SUBJECT = Pattern.compile("[\\x21-\\x7e]{1,512}");

    private record Known(Platform platform, KeptKeys keys) {}

    private record Read(CompactJws jws, JsonNode claims, Known by) {}

    private final List<Known> platforms;
    private final String audience;
    private final Duration skew;
    private final MeterRegistry metrics;

    Platforms(WorkloadConfig config, AccessConfig access, KeySources sources, KeySets sets, MeterRegistry metrics) {
        if (config.platforms().size() > MOST) {
            throw new IllegalArgumentException(
                    "at most " + MOST + " platforms: tallystick.identity.workload.platforms");
        }
        this.audience = access.issuer();
        this.skew = access.clockSkew();
        this.metrics = metrics;
        var found = new ArrayList<Known>();
        config.platforms().forEach((name, one) -> {
            var platform = new Platform(name, one.issuer(), one.maxLifetime());
            found.add(new Known(platform, new KeptKeys(sources.of(name, one), sets::read)));
        });
        found.sort(Comparator.comparing(known -> known.platform().goesByTrustDomain()));
        this.platforms = List.copyOf(found);
        var issuers = platforms.stream().map(known -> known.platform().issuer()).distinct();
        if (issuers.count() != platforms.size()) {
            throw new IllegalArgumentException("two platforms have the same issuer");
        }
    }

    /** Whether a platform is configured by this name. */
    boolean has(String name) {
        return platforms.stream().anyMatch(known -> known.platform().name().equals(name));
    }

    List<String> names() {
        return platforms.stream().map(known -> known.platform().name()).sorted().toList();
    }

    /** Whether {@code token} says to be of one of these platforms; it may still be of nobody. */
    public boolean claimed(String token) {
        try {
            return !platforms.isEmpty() && by(claims(token)).isPresent();
        } catch (CompactJws.Invalid _) {
            return false;
        }
    }

    /** What {@code token} says, if all of it may be believed now. */
    public Uni<WorkloadVerification> verify(String token, Instant now) {
        try {
            var jws = parsed(token);
            var claims = jws.claims();
            var by = by(claims).orElseThrow(() -> new CompactJws.Invalid("no platform that is known here issued it"));
            return key(new Read(jws, claims, by), now);
        } catch (CompactJws.Invalid e) {
            return Uni.createFrom().item(refused(e));
        }
    }

    private Uni<WorkloadVerification> key(Read token, Instant now) {
        var kid = token.jws.header("kid");
        return Uni.createFrom()
                .completionStage(() -> token.by.keys().find(kid, now))
                .map(key -> decided(token, key, now))
                .onFailure()
                .recoverWithItem(e -> {
                    metrics.counter(
                                    "tallystick.identity.workload.keys.unread",
                                    "platform",
                                    token.by.platform().name())
                            .increment();
                    return new Silent(token.by.platform().name(), String.valueOf(e.getMessage()));
                });
    }

    private WorkloadVerification decided(Read token, Optional<PlatformKey> key, Instant now) {
        try {
            var known = key.orElseThrow(() -> new CompactJws.Invalid("its platform has no key of its kid"));
            if (!known.signed(token.jws.header("alg"), token.jws.signingInput(), token.jws.signature())) {
                throw new CompactJws.Invalid("its signature is not of its platform's key and this content");
            }
            return believed(token.claims, token.by.platform(), now);
        } catch (CompactJws.Invalid e) {
            return refused(e);
        }
    }

    private Proven believed(JsonNode claims, Platform platform, Instant now) {
        if (!audiences(claims).contains(audience)) {
            throw new CompactJws.Invalid("aud must have " + audience);
        }
        var expires = CompactJws.time(claims, "exp");
        if (!expires.plus(skew).isAfter(now)) {
            throw new CompactJws.Invalid("it has expired");
        }
        var since = now;
        for (var name : List.of("iat", "nbf")) {
            if (claims.has(name)) {
                var time = CompactJws.time(claims, name);
                if (time.isAfter(now.plus(skew))) {
                    throw new CompactJws.Invalid(name + " is in the future; check the clocks");
                }
                since = time.isBefore(since) ? time : since;
            }
        }
        if (expires.isAfter(since.plus(platform.maxLifetime()).plus(skew))) {
            throw new CompactJws.Invalid(
                    "it lives longer than " + platform.maxLifetime().toSeconds() + " s");
        }
        return new Proven(platform.name(), CompactJws.text(claims, "sub"));
    }

    /** Services accept a platform's token whoever else it is for: who issues it decides that, and we pass it to nobody. */
    private static List<String> audiences(JsonNode claims) {
        var audiences = claims.path("aud");
        if (audiences.isTextual()) {
            return List.of(audiences.asText());
        }
        var all = new ArrayList<String>();
        audiences.forEach(one -> all.add(one.asText()));
        return all;
    }

    private Optional<Known> by(JsonNode claims) {
        var subject = CompactJws.text(claims, "sub");
        var issuer = claims.has("iss") ? CompactJws.text(claims, "iss") : "";
        if (!SUBJECT.matcher(subject).matches()) {
            return Optional.empty();
        }
        return platforms.stream()
                .filter(known -> known.platform().issued(issuer, subject))
                .findFirst();
    }

    private static JsonNode claims(String token) {
        return parsed(token).claims();
    }

    private static CompactJws parsed(String token) {
        var jws = CompactJws.parse(token, MAX_LENGTH, REQUIRED, OPTIONAL);
        if (jws.hasHeader("typ") && !TYPES.contains(jws.header("typ"))) {
            throw new CompactJws.Invalid("typ must be JWT, or be left out");
        }
        return jws;
    }

    private Refused refused(CompactJws.Invalid e) {
        metrics.counter("tallystick.identity.workload.refused").increment();
        return new Refused(
                e.getMessage().toLowerCase(Locale.ROOT).startsWith("a part") ? "it is not a JWT" : e.getMessage());
    }
}
