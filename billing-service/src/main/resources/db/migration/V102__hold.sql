create table hold (
    id             uuid        primary key,
    call_id        uuid        not null,
    tenant         text        not null,
    payer          text        not null,
    scheme         text        not null,
    channel        text        references channel (id),
    payment_hash   text        not null,
    -- The payment's hash while no other hold may be taken for it.
    payment_taken  text        unique,
    request_digest text        not null,
    resource_url   text        not null,
    description    text        not null,
    mime_type      text        not null,
    method         text        not null,
    route          text        not null,
    model          text        not null,
    asset          text        not null,
    maximum        numeric(39) not null check (maximum >= 0),
    priced_at      timestamptz not null,
    deposit        text        not null,
    pay_to         text        not null,
    payment        text        not null,
    state          text        not null check (state in ('open', 'settling', 'captured', 'voided', 'lapsed')),
    state_at       timestamptz not null,
    expires_at     timestamptz,
    charge         numeric(39) check (charge >= 0),
    uncovered      numeric(39) not null default 0 check (uncovered >= 0),
    answer         text        not null default '',
    reason         text        not null default '',
    unique (tenant, call_id),
    constraint open_expires check ((state = 'open') = (expires_at is not null)),
    constraint captured_is_charged check ((state = 'captured') = (charge is not null)),
    -- The same line stands in Channel.java: no more is charged than was held.
    constraint charge_within_maximum check (charge <= maximum)
);
create index hold_expires on hold (expires_at) where state = 'open';
create index hold_settling on hold (state_at) where state = 'settling';
create index hold_channel on hold (channel, state) where channel is not null;
