/** Who uses this installation. A tenant is a provider of AI workloads; all that others own is its. */
package io.tallystick.identity.tenant;
