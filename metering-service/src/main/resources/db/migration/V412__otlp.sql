-- By which signal a tenant's usage is counted, so that none is counted by both. Without a row: traces.
create table otlp_setting (
    tenant     text        primary key,
    source     text        not null check (source in ('traces', 'metrics')),
    -- What counted until then.
    former     text        not null check (former in ('traces', 'metrics')),
    since      timestamptz not null,
    -- Attribute that says who consumed; empty for the usual ones.
    subject    text        not null,
    changed_by text        not null
);

-- How far each cumulative counter was counted, from one of its starts on. The total only rises.
create table otlp_stream (
    key         uuid        primary key,
    tenant      text        not null,
    start_nanos bigint      not null,
    last_nanos  bigint      not null,
    -- Incremented where a counter without a start begins anew.
    generation  int         not null,
    -- All of it is in the log.
    counted     numeric     not null check (counted >= 0),
    -- On its way into the log, as this event: sent again until the log has it.
    next        numeric     check (next > counted),
    event       bytea,
    touched_at  timestamptz not null,
    check ((next is null) = (event is null))
);

create index otlp_stream_tenant on otlp_stream (tenant);
