/**
 * DIDs with a history that this installation issues to tenants, and the files by which the world learns of them. Their
 * documents name keys whose private halves the holders keep; only the keys that update the log are ours.
 */
package io.tallystick.identity.did.issued;
