package io.tallystick.devstack.process;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where this build lies.
 *
 * @param root the repository's root folder
 */
public record Checkout(Path root) {

    /** The checkout that this class was built in. */
    public static Checkout here() {
        return new Checkout(origin().resolve("../../..").normalize());
    }

    /** The module's build folder: it holds its classes or its jar, and the launcher's class path in {@code lib}. */
    public Path target() {
        return root.resolve("devstack").resolve("target");
    }

    public Path contracts() {
        return root.resolve("contracts");
    }

    /** The class path of this module's main classes. Of the JDK's folders and files only, fit for a test's JVM. */
    public String classPath() {
        var lib = target().resolve("lib");
        if (!Files.isDirectory(lib)) {
            throw new IllegalStateException("no folder " + lib + ": build the module devstack first");
        }
        return origin() + System.getProperty("path.separator") + lib + "/*";
    }

    private static Path origin() {
        try {
            var source = Checkout.class.getProtectionDomain().getCodeSource();
            return Path.of(source.getLocation().toURI()).toAbsolutePath();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
