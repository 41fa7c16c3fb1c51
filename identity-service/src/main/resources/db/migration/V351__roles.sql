-- Two more roles. The same rules stand in Identity.java.
alter table identity drop constraint identity_roles_check;
alter table identity
    add constraint identity_roles_check
        check (roles ~ '^(owner|ingest|client|gateway|auditor|operator)(,(owner|ingest|client|gateway|auditor|operator))*$'),
    add constraint an_auditor_has_no_other_role check (roles !~ 'auditor' or roles = 'auditor'),
    add constraint an_operator_is_no_client check (roles !~ 'operator' or roles !~ 'client');
