package io.tallystick.identity.did.foreign;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Looks up the addresses of a host. Takes as long as it takes, and is asked once for each connection. */
interface HostNames {

    List<InetAddress> addresses(String host) throws UnknownHostException;

    /**
     * Asks the machine's resolver for the whole name, with no search domain behind it: {@code a.example} is not to become
     * {@code a.example.svc.cluster.local}. Names under {@code localhost} are never asked for (RFC 6761).
     */
    static List<InetAddress> ofThisMachine(String host) throws UnknownHostException {
        return host.endsWith(".localhost")
                ? List.of(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))
                : List.of(InetAddress.getAllByName(host + "."));
    }
}
