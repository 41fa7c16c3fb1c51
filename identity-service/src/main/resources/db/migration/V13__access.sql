-- Client assertions that were used. A row is kept as long as its assertion would be accepted.
create table used_assertion (
    did        text        not null,
    jti        text        not null check (jti ~ '^[\x21-\x7e]{1,128}$'),
    expires_at timestamptz not null,
    primary key (did, jti)
);

create index used_assertion_expires_at on used_assertion (expires_at);
