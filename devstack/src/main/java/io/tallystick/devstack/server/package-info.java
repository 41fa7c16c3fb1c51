/** The servers a stack is made of, each behind one class that starts it, waits for it and stops it. */
package io.tallystick.devstack.server;
