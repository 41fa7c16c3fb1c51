-- What insight keeps: facts that were told, each once, and what they come to by span of time. docs/reference/insight.md.

-- How far each topic of insight has been read. Moved in the transaction that takes in what was read, compared and set.
create table insight_offset (
    topic       text   not null,
    partition   int    not null,
    topic_id    text   not null,
    next_offset bigint not null check (next_offset >= 0),
    primary key (topic, partition)
);

-- The highest totals of each series that are in insight_usage.
create table insight_series (
    key    uuid           primary key,
    added  numeric(56,18) not null,
    voided numeric(56,18) not null,
    constraint insight_series_in_order check (0 <= voided and voided <= added)
);

-- Usage by span. The subject '' is all subjects together: no usage event has it.
create table insight_usage (
    tenant  text        not null,
    span    text        not null check (span in ('hour', 'day', 'week', 'month')),
    -- In UTC; a week begins on Monday.
    starts  timestamptz not null check (starts = date_trunc(span, starts, 'UTC')),
    subject text        not null,
    meter   text        not null,
    model   text        not null,
    api_key text        not null,
    -- Sums of series, of which none voids more than it adds. It is not checked again here: a rise of voided alone comes as
    -- a row of its own, and such a check looks at that row before the one that it is added to.
    added   numeric     not null check (added >= 0),
    voided  numeric     not null check (voided >= 0),
    primary key (tenant, span, subject, starts, meter, model, api_key)
) with (fillfactor = 80);

create index insight_usage_of_span on insight_usage (tenant, span, starts);

-- Calls whose capture is in insight_revenue: billing may say one twice. Forgotten later than the topic forgets.
create table insight_capture (
    hold_id     text        primary key,
    captured_at timestamptz not null,
    taken_at    timestamptz not null
);

create index insight_capture_taken on insight_capture (taken_at);

-- The highest totals of each account's period that are in insight_revenue.
create table insight_charge (
    tenant       text        not null,
    subject      text        not null,
    asset        text        not null,
    period_start timestamptz not null,
    debited      numeric     not null,
    credited     numeric     not null,
    primary key (tenant, subject, asset, period_start),
    constraint insight_charge_in_order check (0 <= credited and credited <= debited)
);

-- What was charged by span, in token units: calls by when they were captured, accounts by when their period starts.
create table insight_revenue (
    tenant   text        not null,
    span     text        not null check (span in ('hour', 'day', 'week', 'month')),
    starts   timestamptz not null check (starts = date_trunc(span, starts, 'UTC')),
    subject  text        not null,
    model    text        not null,
    asset    text        not null,
    funding  text        not null check (funding in ('account', 'call')),
    calls    bigint      not null check (calls >= 0),
    -- In order as the sums of usage are, and as little checked here.
    debited  numeric     not null check (debited >= 0),
    credited numeric     not null check (credited >= 0),
    primary key (tenant, span, subject, starts, model, asset, funding)
) with (fillfactor = 80);

create index insight_revenue_of_span on insight_revenue (tenant, span, starts);

create table insight_settlement (
    settlement    text        primary key,
    tenant        text        not null,
    network       text        not null,
    state         text        not null,
    gas_used      bigint      not null check (gas_used >= 0),
    -- None where the sender did not say.
    gas_price_wei numeric(78) check (gas_price_wei >= 0),
    changed_at    timestamptz not null
);

create index insight_settlement_of_tenant on insight_settlement (tenant, changed_at);

-- What a provider pays for a unit of a meter, from which hour on. A row is written once.
create table cost_price (
    tenant         text        not null,
    meter          text        not null check (length(meter) between 1 and 64),
    -- '' for every model that has no price of its own.
    model          text        not null check (length(model) <= 256),
    effective_from timestamptz not null check (effective_from = date_trunc('hour', effective_from, 'UTC')),
    asset          text        not null check (length(asset) between 1 and 256),
    units          numeric(39) not null check (units >= 0),
    -- A power of ten: so a cost is always a decimal that ends.
    per            numeric(39) not null check (per::text ~ '^10{0,18}$'),
    created_at     timestamptz not null,
    created_by     text        not null,
    primary key (tenant, meter, model, effective_from)
);

create function cost_price_never_changed() returns trigger language plpgsql as $$
begin
    raise exception '% is written once: add a row instead', tg_table_name using errcode = 'restrict_violation';
end
$$;

create trigger cost_price_never_changed before update or delete on cost_price
    for each row execute function cost_price_never_changed();
