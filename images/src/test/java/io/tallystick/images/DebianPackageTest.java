package io.tallystick.images;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DebianPackageTest {

    private static final String OS_RELEASE = """
            PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
            VERSION_ID="12"
            ID=debian
            """;

    @Test
    void ownsAFile() {
        assertThat(DebianPackage.owner("libc6:amd64: /lib/x86_64-linux-gnu/libc.so.6\n"))
                .contains("libc6:amd64");
        assertThat(DebianPackage.owner("base-files: /etc/os-release\n")).contains("base-files");
    }

    @Test
    void hasAnAddressWithItsEpoch() {
        assertThat(DebianPackage.parse("zlib1g 1:1.2.13.dfsg-1 amd64", OS_RELEASE)
                        .orElseThrow()
                        .url())
                .isEqualTo("pkg:deb/debian/zlib1g@1%3A1.2.13.dfsg-1?arch=amd64");
    }

    @Test
    void isNoneOnASystemWithoutAName() {
        assertThat(DebianPackage.parse("libc6 2.36-9 amd64", "")).isEmpty();
    }
}
