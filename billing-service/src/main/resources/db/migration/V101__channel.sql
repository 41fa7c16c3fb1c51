-- Where a provider's money goes.
create table payee (
    tenant text not null check (length(tenant) between 1 and 64),
    asset  text not null check (asset ~ '^eip155:[1-9][0-9]*/erc20:0x[0-9a-f]{40}$'),
    pay_to text not null check (pay_to ~ '^0x[0-9a-f]{40}$'),
    primary key (tenant, asset)
);
create index payee_pay_to on payee (pay_to);

create table channel (
    id                            text        primary key check (id ~ '^0x[0-9a-f]{64}$'),
    tenant                        text        not null,
    chain_id                      bigint      not null check (chain_id > 0),
    payer                         text        not null,
    payer_authorizer              text        not null,
    receiver                      text        not null,
    receiver_authorizer           text        not null,
    token                         text        not null,
    withdraw_delay_seconds        bigint      not null check (withdraw_delay_seconds >= 0),
    salt                          text        not null,
    authorized                    numeric(39) not null check (authorized >= 0),
    voucher_signature             text,
    charged                       numeric(39) not null check (charged >= 0),
    held                          numeric(39) not null check (held >= 0),
    carried_numerator             numeric     not null check (carried_numerator >= 0),
    carried_denominator           numeric     not null check (carried_denominator > 0),
    refunding                     numeric(39) not null check (refunding >= 0),
    deposited_pending             numeric(39) not null,
    deposited_final               numeric(39) not null check (deposited_final >= 0),
    withdrawn_pending             numeric(39) not null,
    withdrawn_final               numeric(39) not null check (withdrawn_final >= 0),
    claimed_pending               numeric(39) not null,
    claimed_final                 numeric(39) not null check (claimed_final >= 0),
    withdraw_requested_at_seconds bigint      not null check (withdraw_requested_at_seconds >= 0),
    refund_nonce                  numeric(78) not null,
    block                         bigint      not null,
    final_block                   bigint      not null,
    seen_at                       timestamptz not null,
    -- When the oldest charge that is not claimed yet was made; none when all is claimed.
    exposed_since                 timestamptz,
    -- While a payer that was just told our books comes back with a new voucher, it goes first.
    turn_until                    timestamptz,
    version                       bigint      not null,
    -- The same lines stand in Channel.java, ChainTotal.java and in the contract.
    constraint spoken_for_is_signed check (charged + held <= authorized),
    constraint carried_is_a_fraction check (carried_numerator < carried_denominator),
    constraint final_is_not_above_pending check (
        deposited_final <= deposited_pending
        and withdrawn_final <= withdrawn_pending
        and claimed_final <= claimed_pending
    )
);
create index channel_tenant on channel (tenant, id);
create index channel_exposed on channel (exposed_since) where exposed_since is not null;
