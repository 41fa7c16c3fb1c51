-- DIDs with a history (did:webvh) that this installation issued. One row for each, for good: a name is never given twice.
create table webvh_did (
    scid           text        primary key check (scid ~ '^[1-9A-HJ-NP-Za-km-z]{46}$'),
    tenant         text        not null references tenant (id),
    -- A label, as in IssuedDid.java.
    name           text        not null check (name ~ '^[a-z0-9](?:[a-z0-9-]{0,62})$'),
    -- The DID now; what it was before it moved stands in its log.
    did            text        not null unique check (did like 'did:webvh:' || scid || ':%' and length(did) <= 1024),
    version        integer     not null check (version between 1 and 1000),
    created_at     timestamptz not null,
    -- The key that the newest entry commits to, and its private half, encrypted with the master key. A key that has
    -- signed is gone: none signs twice.
    next_key       text        check (next_key ~ '^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$'),
    sealed         text,
    deactivated_at timestamptz,
    unique (tenant, name),
    constraint only_a_live_did_has_a_next_key
        check ((next_key is null) = (deactivated_at is not null) and (next_key is null) = (sealed is null))
);

-- Their logs, a line each. Lines are only added; the key holds when two add at once.
create table webvh_entry (
    scid         text        not null references webvh_did (scid),
    version      integer     not null check (version between 1 and 1000),
    version_id   text        not null check (version_id ~ ('^' || version || '-[1-9A-HJ-NP-Za-km-z]{46}$')),
    version_time timestamptz not null,
    line         text        not null check (length(line) <= 65536 and line !~ '[\r\n]'),
    primary key (scid, version)
);
