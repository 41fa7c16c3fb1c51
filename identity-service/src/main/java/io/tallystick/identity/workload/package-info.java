/**
 * Programs that prove themselves by what their platform says of them: a Kubernetes service account's projected token, or a
 * SPIFFE JWT-SVID, instead of a key of their own.
 */
package io.tallystick.identity.workload;
