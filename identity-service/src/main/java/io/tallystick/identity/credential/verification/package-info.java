/** Whether a credential that somebody presents may be believed, whoever issued it. */
package io.tallystick.identity.credential.verification;
