package io.tallystick.metering.insight;

import io.smallrye.common.annotation.Identifier;
import io.tallystick.events.ChargeAdvanced;
import io.tallystick.events.DomainEvent;
import io.tallystick.events.Envelope;
import io.tallystick.events.EventJson;
import io.tallystick.events.EventType;
import io.tallystick.events.Funding;
import io.tallystick.events.MeterAdvanced;
import io.tallystick.events.PaymentCaptured;
import io.tallystick.kit.outbox.Topics;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What other services say, on the real broker. */
@ApplicationScoped
public class Told {
    /** In lower case, as billing writes it. */
    public static final String USDC = "eip155:84532/erc20:0x036cbd53842c5426634e7929541ec2318f3dcf7e";

    private final Topics topics;
    private final Map<String, Object> kafka;

    Told(Topics topics, @Identifier("default-kafka-broker") Map<String, Object> kafka) {
        this.topics = topics;
        this.kafka = kafka;
    }

    /** In this order, as far as they are of one partition. */
    public void tell(DomainEvent... events) {
        try (var producer =
                new KafkaProducer<>(new HashMap<>(kafka), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (var event : events) {
                var envelope = new Envelope(UUID.randomUUID().toString(), "/billing-service", Instant.now(), event);
                producer.send(new ProducerRecord<>(
                                topics.name(EventType.of(event).topic()),
                                event.key().getBytes(StandardCharsets.UTF_8),
                                EventJson.write(envelope)))
                        .get(20, TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the broker did not take an event", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public static PaymentCaptured captured(String tenant, String subject, String model, long charged, Instant time) {
        return new PaymentCaptured(
                tenant,
                UUID.randomUUID().toString(),
                subject,
                "batch-settlement",
                "",
                USDC,
                BigInteger.valueOf(charged),
                "/v1/chat/completions",
                model,
                time);
    }

    public static ChargeAdvanced account(String tenant, String subject, Instant month, long debited, long credited) {
        return new ChargeAdvanced(
                tenant,
                subject,
                USDC,
                month,
                Span.MONTH.after(month),
                BigInteger.valueOf(debited),
                BigInteger.valueOf(credited));
    }

    public static MeterAdvanced used(
            String tenant, String subject, String meter, String model, Instant time, String added, String voided) {
        return new MeterAdvanced(
                tenant,
                subject,
                meter,
                Map.of("model", model),
                time.truncatedTo(ChronoUnit.HOURS),
                Funding.CALL,
                new BigDecimal(added),
                new BigDecimal(voided));
    }
}
