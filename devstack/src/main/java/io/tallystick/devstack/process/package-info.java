/** Ports, child processes and what must not outlive the launcher. */
package io.tallystick.devstack.process;
