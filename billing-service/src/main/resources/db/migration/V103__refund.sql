-- A payer's refund on its way to the chain, with the very call that is sent for it.
create table refund (
    id         uuid        primary key,
    channel    text        not null references channel (id),
    payer      text        not null,
    amount     numeric(39) not null check (amount > 0),
    call_to    text        not null,
    call_data  text        not null,
    state      text        not null check (state in ('open', 'done', 'failed')),
    created_at timestamptz not null
);
create unique index refund_open on refund (channel) where state = 'open';
