-- A key names an intent on one chain: the same key on another is another intent.
alter table chain_nonce drop constraint chain_nonce_intent_key_fkey;
alter table chain_attempt drop constraint chain_attempt_intent_key_fkey;
alter table chain_transaction drop constraint chain_transaction_pkey;
alter table chain_transaction add primary key (chain_id, intent_key);
alter table chain_nonce add foreign key (chain_id, intent_key) references chain_transaction;
alter table chain_attempt add foreign key (chain_id, intent_key) references chain_transaction;
-- What nobody brings on since the signer changed is looked for by its state.
create index chain_transaction_state on chain_transaction (signer)
    where state in ('planned', 'signed', 'sent', 'mined');
