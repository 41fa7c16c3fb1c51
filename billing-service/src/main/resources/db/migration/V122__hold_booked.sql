-- How far the ledger has followed a hold that was paid by a transfer of its own; channels have books instead.
alter table hold add column booked text not null default 'none' check (booked in ('none', 'pending', 'posted', 'voided'));
create index hold_not_booked on hold (state_at)
    where channel is null and state = 'captured' and booked in ('none', 'pending');
