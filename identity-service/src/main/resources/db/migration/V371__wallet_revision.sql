-- How many events of wallets identity has said, and when the last. A version that knows nothing of it leaves it alone.
alter table revision
    add column wallets         bigint      not null default 0 check (wallets >= 0),
    add column wallets_told_at timestamptz not null default 'epoch',
    -- With which key the newest events were signed. Null before the first look.
    add column wallets_signed_by text;

-- When an account's state was last told: a link is told for some time only, and again before it is over.
alter table wallet add column told_at timestamptz not null default 'epoch';

create index wallet_told_at on wallet (told_at);
create index wallet_unlinked_at on wallet (unlinked_at) where unlinked_at is not null;
