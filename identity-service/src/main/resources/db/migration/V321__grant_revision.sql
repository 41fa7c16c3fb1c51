-- How many events of grants identity has said, and when the last. A version that knows nothing of it leaves it alone.
alter table revision
    add column grants         bigint      not null default 0 check (grants >= 0),
    add column grants_told_at timestamptz not null default 'epoch';

create index spend_grant_expires_at on spend_grant (expires_at);
create index spend_grant_received_at on spend_grant (received_at);
