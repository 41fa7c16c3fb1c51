package io.tallystick.benchmarks.executable;

import io.tallystick.benchmarks.ingest.CpuClock;
import io.tallystick.devstack.installation.ServiceProcess.Program;
import io.tallystick.devstack.process.ChildProcess;
import io.tallystick.devstack.process.Reaper;
import java.io.IOException;

/** A service that runs. */
final class Instance implements AutoCloseable {

    private final ChildProcess process;
    private final int managementPort;
    private final long began;

    private Instance(ChildProcess process, int managementPort, long began) {
        this.process = process;
        this.managementPort = managementPort;
        this.began = began;
    }

    /** Starts it and does not wait. */
    static Instance start(Program program, int managementPort, Reaper reaper) throws IOException {
        long began = System.nanoTime();
        var process =
                ChildProcess.start(program.name(), program.command(), program.environment(), program.log(), reaper);
        return new Instance(process, managementPort, began);
    }

    Start awaitReady() throws IOException, InterruptedException {
        return Start.await(began, managementPort, process::requireAlive);
    }

    Memory memory() throws IOException {
        return Memory.of(process.pid());
    }

    CpuClock clock() {
        return CpuClock.of(ProcessHandle.of(process.pid()).orElseThrow());
    }

    @Override
    public void close() {
        process.close();
    }
}
