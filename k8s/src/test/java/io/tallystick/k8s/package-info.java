/** Renders the manifests and holds them against the types of their kinds, against our rules and against the services. */
package io.tallystick.k8s;
