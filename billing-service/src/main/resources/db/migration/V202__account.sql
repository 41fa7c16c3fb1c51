-- What a subject owes a provider for usage that was not paid at the call.
create table account (
    tenant         text        not null,
    subject        text        not null check (length(subject) between 1 and 256),
    -- The card's; none until the card has a version.
    asset          text,
    card           text        not null,
    -- How many of the card's versions the charges know; a new one is followed by the sweep.
    versions_rated int         not null default 0 check (versions_rated >= 0),
    -- ISO 8601 duration of a period: P1M, or PT<hours>H.
    period         text        not null,
    -- Whose channels pay; none until the subject or the provider names one.
    payer          text        check (payer ~ '^0x[0-9a-f]{40}$'),
    -- Token units; these three only rise.
    debited        numeric(39) not null default 0,
    credited       numeric(39) not null default 0 check (credited >= 0),
    charged        numeric(39) not null default 0 check (charged >= 0),
    limit_units    numeric(39) not null check (limit_units >= 0),
    closed_until   timestamptz not null,
    -- How much of the two the ledger has; it follows at intervals.
    debited_booked  numeric(39) not null default 0,
    credited_booked numeric(39) not null default 0,
    -- Rises with every change that readers of channel.changed are told of.
    version        bigint      not null default 0,
    primary key (tenant, subject),
    -- The same line stands in Account.java.
    constraint account_totals_in_order check (credited <= debited),
    constraint account_priced_in_asset check (asset is not null or debited = 0 and charged = 0),
    constraint account_books_behind check (debited_booked <= debited and credited_booked <= credited)
);

create index account_not_booked on account (tenant, subject)
    where debited_booked <> debited or credited_booked <> credited;

create index account_owing on account (tenant, subject)
    where payer is not null and debited - credited > charged;

-- The highest totals seen of each series. Only those of funding ACCOUNT are rated; the others are for reconciliation.
create table metered_series (
    tenant     text        not null,
    subject    text        not null,
    hour       timestamptz not null check (hour = date_trunc('hour', hour, 'UTC')),
    funding    text        not null check (funding in ('ACCOUNT', 'CALL')),
    meter      text        not null,
    dimensions jsonb       not null,
    added      numeric     not null,
    voided     numeric     not null check (voided >= 0),
    primary key (tenant, subject, hour, funding, meter, dimensions),
    -- The same line stands in SeriesTotals.java.
    constraint series_totals_in_order check (voided <= added)
);

-- What one period's usage costs, as booked in the same or a later period.
create table charge (
    tenant       text        not null,
    subject      text        not null,
    used_from    timestamptz not null,
    used_until   timestamptz not null,
    booked_from  timestamptz not null,
    booked_until timestamptz not null,
    debited      numeric(39) not null,
    credited     numeric(39) not null check (credited >= 0),
    primary key (tenant, subject, used_from, booked_from),
    foreign key (tenant, subject) references account,
    -- The same lines stand in Charge.java.
    constraint charge_not_before_use check (booked_from >= used_from),
    constraint charge_totals_in_order check (credited <= debited or booked_from > used_from)
);

create index charge_booked on charge (tenant, subject, booked_from);
