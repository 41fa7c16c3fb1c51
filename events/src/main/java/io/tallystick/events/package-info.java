/** What crosses between services: records of the JDK only, and one class that makes JSON of them. */
package io.tallystick.events;
