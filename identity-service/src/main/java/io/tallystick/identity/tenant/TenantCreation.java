package io.tallystick.identity.tenant;

/** What became of a wish to create a tenant. */
public sealed interface TenantCreation {

    record Created(Tenant tenant) implements TenantCreation {}

    /** The same tenant was there: the answer to a retry. */
    record Unchanged(Tenant tenant) implements TenantCreation {}

    enum Rejected implements TenantCreation {
        /** The id is taken by a tenant of another name. */
        ID_TAKEN
    }
}
