package io.tallystick.acceptance.model;

/**
 * Runs histories with nothing but a JDK. {@code acceptance/mutations/check} does so with rules broken on purpose.
 *
 * <p>Arguments: how many histories. Exit code 1 and the history's own words as soon as one breaks a rule.
 */
final class Histories {

    private Histories() {}

    public static void main(String[] arguments) {
        var histories = Long.parseLong(arguments[0]);
        for (long seed = 0; seed < histories; seed++) {
            try {
                run(seed);
            } catch (AssertionError e) {
                System.out.println(e.getMessage());
                System.exit(1);
            }
        }
        System.out.println(histories + " histories kept the rules");
    }

    /** @throws AssertionError if a rule is broken; says which, the seed and what happened so far */
    static void run(long seed) {
        var history = new History(seed);
        try {
            history.run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "seed " + seed + " after " + history.steps() + " steps: " + e + "\n" + history.told(), e);
        }
    }
}
