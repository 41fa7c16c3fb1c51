package io.tallystick.kit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.formatters.PatternFormatter;

/** All that a service logs while this is open, with {@code io.tallystick} at its lowest level. */
public final class LogLines extends Handler implements AutoCloseable {
    private static final Logger ROOT = Logger.getLogger("");
    private static final Logger OURS = Logger.getLogger("io.tallystick");
    private static final PatternFormatter FORM = new PatternFormatter("%c %s%e");
    private static final String CONTROL = "the log is read";

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Level before = OURS.getLevel();

    private LogLines() {
        setLevel(Level.ALL);
    }

    public static LogLines open() {
        var lines = new LogLines();
        OURS.setLevel(Level.ALL);
        ROOT.addHandler(lines);
        return lines;
    }

    /** Every line so far; never none, or nothing was read. */
    public List<String> all() {
        Logger.getLogger("io.tallystick.control").finest(CONTROL);
        if (lines.stream().noneMatch(line -> line.contains(CONTROL))) {
            throw new AssertionError("debug lines of io.tallystick are not seen");
        }
        return List.copyOf(lines);
    }

    @Override
    public void publish(LogRecord record) {
        lines.add(FORM.format(record));
    }

    @Override
    public void flush() {
        // Nothing is held back.
    }

    @Override
    public void close() {
        ROOT.removeHandler(this);
        OURS.setLevel(before);
    }
}
