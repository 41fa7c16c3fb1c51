-- What each tenant counts. Read in the transaction that counts, so that a meter counts from its creation on.
create table meter (
    id             text        primary key check (id ~ '^[0-9A-HJKMNP-TV-Z]{26}$'),
    tenant         text        not null,
    slug           text        not null check (slug ~ '^[a-z0-9]+(_[a-z0-9]+)*$' and length(slug) <= 64),
    name           text        not null,
    description    text        not null,
    aggregation    text        not null check (aggregation in ('COUNT', 'SUM')),
    event_type     text        not null check (length(event_type) between 1 and 256),
    value_property text        not null,
    group_by       text        not null,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    -- A meter is never removed: its series stay readable, and its slug is free again.
    deleted_at     timestamptz,
    check ((aggregation = 'COUNT') = (value_property = ''))
);

create unique index meter_slug on meter (tenant, slug) where deleted_at is null;
