package io.tallystick.identity.tenant;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.regex.Pattern;

/**
 * A provider that uses this installation.
 *
 * @param id names it in access tokens, topics and paths; never changes
 * @param name for people
 */
public record Tenant(String id, String name, Instant createdAt) {
    /** What an {@link #id()} looks like: a DNS label in lower case. */
    public static final String ID = "[a-z0-9](?:[a-z0-9-]{0,62})";

    /** What the operator's access tokens name as tenant. No tenant has this id. */
    public static final String INSTALLATION = "installation";

    public static final int MAX_NAME_LENGTH = 200;

    private static final Pattern ID_PATTERN = Pattern.compile(ID);

    public Tenant {
        requireNonNull(createdAt, "createdAt");
        if (!ID_PATTERN.matcher(id).matches() || id.equals(INSTALLATION)) {
            throw new IllegalArgumentException("not a tenant's id: " + id);
        }
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
            throw new IllegalArgumentException("a tenant's name has 1 to " + MAX_NAME_LENGTH + " characters");
        }
    }

    /** Whether {@code other} says the same of the same tenant, so that creating it again changes nothing. */
    public boolean says(Tenant other) {
        return id.equals(other.id) && name.equals(other.name);
    }
}
