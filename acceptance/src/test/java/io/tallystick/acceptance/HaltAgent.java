package io.tallystick.acceptance;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.ProtectionDomain;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * Halts billing-service's process between two steps, as a power cut would. The service that ships does nothing at these
 * places ({@code NoFaults}, {@code NoPaymentFaults}) and stays as it is: this agent, which only the acceptance run loads,
 * changes the two classes as they are loaded.
 *
 * <p>Where to halt stands in a file, a point a line; the first is next. A point is taken from the file before the process
 * ends, so that the next process goes on from there, and is written behind the others in {@code <file>.hit}.
 */
public final class HaltAgent implements ClassFileTransformer {

    /** No program ends so by itself. */
    public static final int EXIT = 97;

    private static final Map<String, String> ROOMS = Map.of(
            "io/tallystick/billing/payment/hold/NoPaymentFaults", "payment",
            "io/tallystick/billing/chain/engine/NoFaults", "chain");

    private static final ClassDesc SELF = ClassDesc.of(HaltAgent.class.getName());

    private static Path points;

    /** Called by the JVM. */
    public static void premain(String file, Instrumentation instrumentation) {
        points = Path.of(file);
        instrumentation.addTransformer(new HaltAgent());
    }

    /** Packs the agent, which is this class alone. */
    static void pack(Path jar) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", HaltAgent.class.getName());
        var name = HaltAgent.class.getName().replace('.', '/') + ".class";
        try (OutputStream out = Files.newOutputStream(jar);
                var packed = new JarOutputStream(out, manifest);
                var code = HaltAgent.class.getClassLoader().getResourceAsStream(name)) {
            packed.putNextEntry(new JarEntry(name));
            code.transferTo(packed);
        }
    }

    @Override
    public byte[] transform(ClassLoader loader, String name, Class<?> old, ProtectionDomain domain, byte[] compiled) {
        var room = name == null ? null : ROOMS.get(name);
        if (room == null) {
            return null;
        }
        var classes = ClassFile.of();
        return classes.transformClass(
                classes.parse(compiled),
                ClassTransform.transformingMethodBodies(
                        method -> method.methodName().equalsString("at"), (code, element) -> {
                            if (element instanceof ReturnInstruction) {
                                code.ldc(room)
                                        .aload(1)
                                        .invokestatic(
                                                SELF,
                                                "at",
                                                MethodTypeDesc.of(
                                                        ConstantDescs.CD_void,
                                                        ConstantDescs.CD_String,
                                                        ConstantDescs.CD_Object));
                            }
                            code.with(element);
                        }));
    }

    /** Called by the two classes. */
    public static synchronized void at(String room, Object point) throws IOException {
        if (!Files.exists(points)) {
            return;
        }
        var left = Files.readAllLines(points);
        var here = room + "." + point;
        if (left.isEmpty() || !left.getFirst().equals(here)) {
            return;
        }
        var hit = points.resolveSibling(points.getFileName() + ".hit");
        Files.writeString(hit, here + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        Files.write(points, left.subList(1, left.size()));
        Runtime.getRuntime().halt(EXIT);
    }
}
