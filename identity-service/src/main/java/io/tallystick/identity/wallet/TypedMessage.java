package io.tallystick.identity.wallet;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.tallystick.identity.wallet.proof.TypedLink;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Typed data as {@code eth_signTypedData_v4} takes it. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
record TypedMessage(Domain domain, Map<String, List<TypedLink.Field>> types, String primaryType, Message message) {

    TypedMessage {
        types = new TreeMap<>(types);
    }

    @RegisterForReflection
    record Domain(String name, String version, long chainId) {}

    @RegisterForReflection
    record Message(
            String account, String did, String tenant, String uri, String nonce, String issuedAt, String expiresAt) {}

    static TypedMessage of(TypedLink data) {
        return new TypedMessage(
                new Domain(
                        TypedLink.DOMAIN_NAME,
                        TypedLink.DOMAIN_VERSION,
                        data.account().chain()),
                Map.of("EIP712Domain", TypedLink.DOMAIN_FIELDS, TypedLink.PRIMARY_TYPE, TypedLink.FIELDS),
                TypedLink.PRIMARY_TYPE,
                new Message(
                        data.account().checksummed(),
                        data.did(),
                        data.tenant(),
                        data.uri(),
                        data.nonce(),
                        data.issuedAt().toString(),
                        data.expiresAt().toString()));
    }
}
