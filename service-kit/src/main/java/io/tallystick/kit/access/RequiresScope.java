package io.tallystick.kit.access;

import jakarta.ws.rs.NameBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The resource method, or each one of the class, needs an access token with this scope. What a method says goes before
 * what its class says. A resource method without it is open to everyone.
 */
@NameBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface RequiresScope {

    /** The scope, such as {@code usage:write}. */
    String value();

    /** Another scope that does as well: who may change something may also see it. Empty for none. */
    String or() default "";

    /**
     * Whether a caller passes that may see only what is its own (a tenant's client or agent). The resource then
     * promises to look at {@link Caller#ownOnly()} and to keep to {@link Caller#subjects()}.
     */
    boolean own() default false;
}
