-- Why an account does not go on, and when that was found last; none while all is well.
alter table account
    add column fault text,
    add column fault_at timestamptz,
    add constraint account_fault_has_a_time check ((fault is null) = (fault_at is null));
