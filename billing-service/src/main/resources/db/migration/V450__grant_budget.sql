-- What was spent under each spend grant of a line. The grants' own text is identity-service's; a row is made by the first
-- call under it.
create table grant_budget (
    -- tenant/jti
    id         text        primary key,
    tenant     text        not null,
    jti        text        not null check (jti ~ '^[A-Za-z0-9_-]{16,64}$'),
    parent     text        not null,
    client     text        not null,
    agent      text        not null,
    asset      text        not null check (asset ~ '^eip155:[1-9][0-9]*/erc20:0x[0-9a-f]{40}$'),
    budget     numeric(39) not null check (budget > 0),
    spent      numeric(39) not null default 0 check (spent >= 0),
    held       numeric(39) not null default 0 check (held >= 0),
    expires_at timestamptz not null,
    -- The same line stands in GrantBudget.java.
    constraint spent_and_held_within_budget check (spent + held <= budget)
);
create index grant_budget_tenant on grant_budget (tenant, jti);
create index grant_budget_client on grant_budget (tenant, client, jti);

-- Which grants a hold counts against: the one that the agent spends, and each one above it.
create table grant_hold (
    -- hold/jti
    id           text        primary key,
    hold         uuid        not null references hold (id),
    grant_budget text        not null references grant_budget (id),
    held         numeric(39) not null check (held >= 0),
    spent        numeric(39) not null default 0 check (spent >= 0),
    constraint ends_once check (held = 0 or spent = 0)
);
create index grant_hold_hold on grant_hold (hold);
create index grant_hold_open on grant_hold (hold) where held > 0;

-- The channels that a caller with an account may be served from.
create index channel_prepaid on channel (tenant, payer) where account_ceiling > 0;
