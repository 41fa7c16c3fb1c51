-- Up to which total of a channel accounts may be charged: what the payer signed for that and for no call.
alter table channel
    add column account_ceiling numeric(39) not null default 0,
    add constraint account_ceiling_is_signed check (account_ceiling >= 0 and account_ceiling <= authorized);
