/** The process's part: a thread that lets the engine work, and those who wait for it. */
package io.tallystick.billing.chain.worker;
