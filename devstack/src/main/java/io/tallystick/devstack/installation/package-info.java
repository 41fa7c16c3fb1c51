/** One installation of the services: its keys, its settings, its processes and its first registrations. */
package io.tallystick.devstack.installation;
