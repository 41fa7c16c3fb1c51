-- Spend grants as they were signed, and what has become of them. Who changes one of a client's grants holds the client's
-- row in identity until its transaction ends: no child is added while its parent is revoked.
create table spend_grant (
    tenant       text        not null,
    jti          text        not null check (jti ~ '^[A-Za-z0-9_-]{16,64}$'),
    digest       text        not null check (digest ~ '^[A-Za-z0-9_-]{43}$'),
    jwt          text        not null check (length(jwt) <= 8192),
    -- Who gave the first grant of the tree, that grant, and how far below it this one is.
    client       text        not null,
    root         text        not null,
    level        integer     not null check (level between 0 and 5),
    parent       text,
    issuer       text        not null,
    agent        text        not null,
    asset        text        not null,
    budget_units numeric(39) not null,
    cap_units    numeric(39) not null,
    not_before   timestamptz not null,
    expires_at   timestamptz not null,
    received_at  timestamptz not null,
    revoked_at   timestamptz,
    primary key (tenant, jti),
    foreign key (tenant, client) references identity (tenant, did),
    foreign key (tenant, root) references spend_grant (tenant, jti),
    foreign key (tenant, parent) references spend_grant (tenant, jti),
    -- The same lines stand in Limits.java and KeptGrant.java.
    constraint cap_within_budget check (0 < cap_units and cap_units <= budget_units),
    constraint budget_fits_uint128 check (budget_units < 340282366920938463463374607431768211456),
    constraint begins_before_it_ends check (not_before < expires_at),
    constraint only_a_root_has_no_parent check ((level = 0) = (parent is null) and (level = 0) = (root = jti)),
    constraint a_root_is_the_clients check (level > 0 or issuer = client)
);

create index spend_grant_client on spend_grant (tenant, client, expires_at);
create index spend_grant_issuer on spend_grant (tenant, issuer);
create index spend_grant_agent on spend_grant (tenant, agent);
create index spend_grant_root on spend_grant (tenant, root);
create index spend_grant_parent on spend_grant (tenant, parent);
create index identity_revoked_at on identity (revoked_at) where revoked_at is not null;
