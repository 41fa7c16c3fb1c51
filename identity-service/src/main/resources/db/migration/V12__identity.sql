create table identity (
    tenant        text        not null references tenant (id),
    did           text        not null check (did ~ '^did:[a-z0-9]+:[A-Za-z0-9._:-]+$' and length(did) <= 1024),
    kind          text        not null check (kind in ('provider', 'client', 'agent', 'service')),
    -- Sorted, joined by commas.
    roles         text        not null check (roles ~ '^(owner|ingest|client|gateway)(,(owner|ingest|client|gateway))*$'),
    name          text        not null check (length(name) <= 200),
    registered_at timestamptz not null,
    revoked_at    timestamptz,
    primary key (tenant, did),
    -- The same three lines stand in Identity.java.
    constraint only_a_provider_owns check (roles !~ 'owner' or kind = 'provider'),
    constraint only_a_service_is_a_gateway check (roles !~ 'gateway' or kind = 'service'),
    constraint revoked_after_registered check (revoked_at >= registered_at)
);

create index identity_did on identity (did);
