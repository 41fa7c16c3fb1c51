/**
 * Access: who proves to hold a DID's key gets an access token for one service, with no more scopes than its roles give.
 * It lives five minutes at most and is never stored.
 */
package io.tallystick.identity.access;
