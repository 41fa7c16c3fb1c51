/**
 * The keys that identity-service signs with, and the signed events by which the other services learn of them. A private
 * key leaves this package in no form; what is signed with it is an access token, an event or an entry of an issued DID's
 * log and nothing else.
 */
package io.tallystick.identity.key;
