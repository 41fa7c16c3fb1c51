-- A meter that is to count what was counted before it was there. Written with the meter, moved on with what was counted.
create table backfill (
    meter      text        primary key references meter,
    tenant     text        not null,
    -- Time of the first event that it wants.
    since      timestamptz not null,
    -- waiting: nobody knows yet up to which record the meter was not there.
    state      text        not null check (state in ('waiting', 'running', 'done', 'cancelled')),
    -- All records of the days before, and of this day up to the id, were looked at.
    day        date        not null,
    after_id   bigint      not null,
    last_day   date        not null,
    last_id    bigint      not null,
    looked     bigint      not null,
    counted    bigint      not null,
    unusable   bigint      not null,
    failures   bigint      not null,
    -- A step that failed is not tried before.
    next_at    timestamptz not null default now(),
    created_at timestamptz not null,
    updated_at timestamptz not null
);

create index backfill_open on backfill (updated_at) where state in ('waiting', 'running');
