/**
 * The audit log: who changed what, when, and what it was before. The database writes it; here it is read and its chain is
 * checked.
 */
package io.tallystick.identity.audit;
