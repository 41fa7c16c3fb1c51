/** Status lists: a bit for each credential, in a place that says nothing of it. */
package io.tallystick.identity.credential.status;
