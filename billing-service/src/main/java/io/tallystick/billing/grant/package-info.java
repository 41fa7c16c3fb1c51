/**
 * What was spent under spend grants.
 *
 * <p>Owns a budget for each grant that was spent from, and which holds count against it. The grants themselves, who may
 * have which and whether they hold now, come from identity-service. It is not money: whether a channel has room is
 * decided there.
 *
 * <p>Always:
 *
 * <ul>
 *   <li>what is spent and held under a grant never exceeds its budget, nor that of any grant above it;
 *   <li>a budget changes in the transaction in which the hold does that it counts.
 * </ul>
 */
package io.tallystick.billing.grant;
