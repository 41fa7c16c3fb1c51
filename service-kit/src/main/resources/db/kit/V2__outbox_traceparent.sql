-- The trace that a message continues, as it was when the message was written. None where the trace is not kept.
alter table outbox add column traceparent text
    check (traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$');
