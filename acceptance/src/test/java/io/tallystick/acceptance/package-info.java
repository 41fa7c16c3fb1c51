/** The installation as its users meet it: from outside, by their own clients. */
package io.tallystick.acceptance;
