/** Native executables as OCI images, without a container engine and without a base image. */
package io.tallystick.images;
