/** What crosses between services. Records of the JDK only: whoever reads an event needs no framework of ours. */
package io.tallystick.events;
