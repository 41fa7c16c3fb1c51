package io.tallystick.identity.did.foreign;

import java.net.InetAddress;
import java.util.List;

/**
 * Which addresses are public. All others lead to ourselves, to our neighbours, to the machine that hosts us, or by way of
 * a translator to any of these (IANA's registries of special-purpose addresses).
 */
final class AddressRanges {
    private static final List<Range> NOT_PUBLIC_V4 = List.of(
            Range.of(8, 0), // this network, and the unspecified address
            Range.of(8, 10), // private
            Range.of(10, 100, 64), // carriers' NAT, and a metadata service
            Range.of(8, 127), // loopback
            Range.of(32, 168, 63, 129, 16), // the platform's service in every machine of one cloud
            Range.of(16, 169, 254), // link-local, and the metadata services
            Range.of(12, 172, 16), // private
            Range.of(24, 192, 0, 0), // protocols, NAT64 discovery, and a metadata service
            Range.of(24, 192, 0, 2), // documentation
            Range.of(24, 192, 31, 196), // AS112
            Range.of(24, 192, 52, 193), // multicast tunnels
            Range.of(24, 192, 88, 99), // 6to4 relays
            Range.of(16, 192, 168), // private
            Range.of(24, 192, 175, 48), // AS112
            Range.of(15, 198, 18), // benchmarks
            Range.of(24, 198, 51, 100), // documentation
            Range.of(24, 203, 0, 113), // documentation
            Range.of(4, 224), // multicast
            Range.of(4, 240)); // reserved, and broadcast

    /**
     * All that is routed. Outside of it lie ::, ::1, addresses of version 4 in both old forms, NAT64 (64:ff9b::/96 and
     * 64:ff9b:1::/48), discard, unique local, link-local, site-local and multicast.
     */
    private static final Range GLOBAL_V6 = Range.of(3, 0x20);

    private static final List<Range> NOT_PUBLIC_V6 = List.of(
            Range.of(23, 0x20, 0x01, 0x00), // protocols: Teredo, benchmarks, ORCHID
            Range.of(32, 0x20, 0x01, 0x0d, 0xb8), // documentation
            Range.of(16, 0x20, 0x02), // 6to4
            Range.of(20, 0x3f, 0xff, 0x00)); // documentation

    private AddressRanges() {}

    static boolean isPublic(InetAddress address) {
        var bytes = address.getAddress();
        return bytes.length == 4
                ? NOT_PUBLIC_V4.stream().noneMatch(range -> range.has(bytes))
                : GLOBAL_V6.has(bytes) && NOT_PUBLIC_V6.stream().noneMatch(range -> range.has(bytes));
    }

    /**
     * Addresses that begin alike.
     *
     * @param bits how many bits are alike
     * @param first the bytes that they begin with; those that are left out are zero
     */
    private record Range(int bits, List<Integer> first) {

        static Range of(int bits, Integer... first) {
            return new Range(bits, List.of(first));
        }

        boolean has(byte[] address) {
            for (int bit = 0; bit < bits; bit++) {
                int wanted = bit / 8 < first.size() ? first.get(bit / 8) : 0;
                if (((wanted ^ address[bit / 8]) >> (7 - bit % 8) & 1) != 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
