-- In a block that has it, the contract refused: its channels wait no longer, though it is not final that it did.
alter table settlement add column failed boolean not null default false;
create index settlement_claim_channel on settlement_claim (channel_id);
