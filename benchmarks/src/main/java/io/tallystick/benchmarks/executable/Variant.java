package io.tallystick.benchmarks.executable;

/** How a service runs. */
enum Variant {
    NATIVE("native"),
    JVM("JVM");

    private final String title;

    Variant(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }
}
