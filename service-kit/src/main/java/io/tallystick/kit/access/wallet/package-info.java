/** Which accounts on chains a DID has proved that it holds, as identity-service told. */
package io.tallystick.kit.access.wallet;
