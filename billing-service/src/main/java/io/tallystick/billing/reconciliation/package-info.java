/**
 * Keeps the ledger level with the channels, checks the rules that always hold, and lays the systems of truth side by
 * side. Above everything, used by nothing.
 */
package io.tallystick.billing.reconciliation;
