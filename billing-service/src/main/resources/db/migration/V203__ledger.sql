-- Double entry. A row is written once; what comes later is another row.
create table transfer (
    id         text        primary key check (length(id) <= 512),
    tenant     text        not null,
    asset      text        not null,
    kind       text        not null check (kind in ('POSTED', 'PENDING', 'POST', 'VOID')),
    debit      text,
    credit     text,
    units      numeric(39) check (units > 0 and units < 340282366920938463463374607431768211456),
    -- A pending transfer ends once.
    pending_id text        unique references transfer,
    booked_at  timestamptz not null,
    -- The same lines stand in Transfer.java.
    constraint entry_or_resolution check (
        case when kind in ('POSTED', 'PENDING')
             then debit is not null and credit is not null and debit <> credit and units is not null
                  and pending_id is null
             else debit is null and credit is null and units is null and pending_id is not null
        end)
);

create index transfer_debit on transfer (tenant, asset, debit) where debit is not null;
create index transfer_credit on transfer (tenant, asset, credit) where credit is not null;

create trigger transfer_never_changed before update or delete on transfer
    for each row execute function never_changed();

-- How far the ledger has followed each channel.
create table channel_books (
    channel_id    text        primary key,
    tenant        text        not null,
    asset         text        not null,
    charged       numeric(39) not null check (charged >= 0),
    claimed       numeric(39) not null check (claimed >= 0),
    pending_id    text        references transfer,
    pending_units numeric(39) check (pending_units > 0),
    claims        bigint      not null,
    constraint pending_whole check ((pending_id is null) = (pending_units is null))
);
