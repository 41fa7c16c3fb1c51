/**
 * Who calls the gateway: a stranger that pays at the call, or somebody it knows by an access token or an API key.
 *
 * <p>Owns how a request's credentials become a buyer, and what an API key may use. It is not money: whether a known
 * caller's call is paid, and what a spend grant allows, billing decides.
 *
 * <p>Always:
 *
 * <ul>
 *   <li>a request with a payment is a stranger's, whatever else it carries;
 *   <li>who is known is known by its tenant: another tenant's caller is refused;
 *   <li>credentials are in no log, and reach neither the model server nor billing.
 * </ul>
 */
package io.tallystick.metering.gateway.caller;
