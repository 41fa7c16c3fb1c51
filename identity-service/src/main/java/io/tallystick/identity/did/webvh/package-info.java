/**
 * did:webvh 1.0: a DID with a history that proves itself. Reads and writes logs, and knows neither where a log is kept nor
 * how it is fetched.
 */
package io.tallystick.identity.did.webvh;
