-- What was signed is long, and is shown by the wallet itself.
create trigger audited after insert or update or delete on wallet
    for each row execute function audit_change('wallet', 'tenant', 'account', 'signed,signature,told_at');
