package io.tallystick.kit.outbox;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import io.tallystick.kit.problem.Workers;
import io.tallystick.kit.problem.Workers.Worker;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends what waits in the outbox, in order, and deletes what Kafka acknowledged. Of a service's instances the one that
 * holds an advisory lock is the relay; when it dies, the database frees the lock and another goes on.
 *
 * <p>A message is deleted only in the version that was sent: one that was replaced meanwhile is sent again.
 */
@ApplicationScoped
class OutboxRelay {
    /** Any number, the same in all instances; each service has a database of its own. */
    private static final long LOCK = 0x6f7574626f78L;

    private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(10);

    /** Well above a few statements and a batch that Kafka takes its time for. */
    private static final Duration LONGEST_ROUND = Duration.ofMinutes(5);

    private final Pool pool;
    private final OutboxConfig config;
    private final Topics topics;
    private final Map<String, Object> kafka;
    private final Semaphore wake = new Semaphore(0);
    private final Worker worker;
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong oldestSeconds = new AtomicLong();
    private volatile boolean running = true;
    private Thread thread;

    OutboxRelay(
            Pool pool,
            OutboxConfig config,
            Topics topics,
            @Identifier("default-kafka-broker") Map<String, Object> kafka,
            MeterRegistry metrics,
            Workers workers) {
        this.pool = pool;
        this.config = config;
        this.topics = topics;
        this.kafka = kafka;
        this.worker = workers.watch("outbox relay", LONGEST_ROUND);
        Gauge.builder("tallystick.outbox.waiting", waiting, AtomicLong::get)
                .description("Messages that Kafka does not have yet, as this instance last saw")
                .register(metrics);
        Gauge.builder("tallystick.outbox.oldest", oldestSeconds, AtomicLong::get)
                .description("Age of the oldest message that waits")
                .baseUnit("seconds")
                .register(metrics);
    }

    void start(@Observes StartupEvent event) {
        thread = Thread.ofPlatform().name("outbox-relay").daemon().start(this::run);
    }

    /** Waits for the batch in flight: a message acknowledged but not deleted would be sent twice for nothing. */
    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        running = false;
        worker.ends();
        wake.release();
        thread.join(config.timeout().toMillis());
    }

    private void run() {
        try (var producer = producer()) {
            while (running) {
                worker.comesRound();
                try {
                    relayWhileLocked(producer);
                } catch (RuntimeException e) {
                    if (running) {
                        Log.warnf("outbox is not relayed, retryIn=%s, cause=%s", config.backoff(), e);
                    }
                }
                pause(config.backoff());
            }
        }
    }

    private void relayWhileLocked(KafkaProducer<String, byte[]> producer) {
        var connection = pool.getConnection().await().atMost(STATEMENT_TIMEOUT);
        try {
            var locked = connection
                    .preparedQuery("select pg_try_advisory_lock($1)")
                    .execute(Tuple.of(LOCK))
                    .await()
                    .atMost(STATEMENT_TIMEOUT)
                    .iterator()
                    .next()
                    .getBoolean(0);
            if (locked) {
                relay(new PgConnection((io.vertx.pgclient.PgConnection) connection.getDelegate()), producer);
            }
        } finally {
            giveBack(connection);
        }
    }

    private void relay(PgConnection connection, KafkaProducer<String, byte[]> producer) {
        connection.notificationHandler(_ -> wake.release());
        connection.query("listen outbox").execute().await().atMost(STATEMENT_TIMEOUT);
        while (running) {
            worker.comesRound();
            var rows = connection
                    .preparedQuery("select id, version, topic, message_key, content_type, value, traceparent, "
                            + "extract(epoch from now() - created_at)::bigint as age from outbox order by id limit $1")
                    .execute(Tuple.of(config.batch()))
                    .await()
                    .atMost(STATEMENT_TIMEOUT);
            var batch = new ArrayList<Row>();
            rows.forEach(batch::add);
            waiting.set(batch.size());
            oldestSeconds.set(batch.isEmpty() ? 0 : batch.getFirst().getLong("age"));
            if (batch.isEmpty()) {
                pause(config.poll());
            } else {
                send(batch, producer);
                delete(batch, connection);
            }
        }
    }

    private void send(List<Row> batch, KafkaProducer<String, byte[]> producer) {
        var sent = new ArrayList<Future<RecordMetadata>>();
        for (var row : batch) {
            var message = new ProducerRecord<>(
                    topics.name(row.getString("topic")),
                    row.getString("message_key"),
                    row.getBuffer("value").getBytes());
            message.headers().add("content-type", row.getString("content_type").getBytes(StandardCharsets.UTF_8));
            if (row.getString(TraceParent.HEADER) != null) {
                message.headers()
                        .add(
                                TraceParent.HEADER,
                                row.getString(TraceParent.HEADER).getBytes(StandardCharsets.US_ASCII));
            }
            sent.add(producer.send(message));
        }
        producer.flush();
        for (var ack : sent) {
            acknowledged(ack);
        }
    }

    private void acknowledged(Future<RecordMetadata> ack) {
        try {
            ack.get(config.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while sending", e);
        } catch (Exception e) {
            throw new IllegalStateException("Kafka did not take a message", e);
        }
    }

    private static void delete(List<Row> batch, PgConnection connection) {
        connection
                .preparedQuery("delete from outbox o using unnest($1::bigint[], $2::bigint[]) as sent (id, version) "
                        + "where o.id = sent.id and o.version = sent.version")
                .execute(Tuple.tuple().addArrayOfLong(column(batch, "id")).addArrayOfLong(column(batch, "version")))
                .await()
                .atMost(STATEMENT_TIMEOUT);
    }

    private static Long[] column(List<Row> rows, String name) {
        return rows.stream().map(row -> row.getLong(name)).toArray(Long[]::new);
    }

    /** The lock and LISTEN belong to the connection: without this the pool would hand them on. */
    private static void giveBack(SqlConnection connection) {
        try {
            connection
                    .query("unlisten *; select pg_advisory_unlock_all()")
                    .execute()
                    .await()
                    .atMost(STATEMENT_TIMEOUT);
        } finally {
            connection.close().await().atMost(STATEMENT_TIMEOUT);
        }
    }

    private void pause(Duration time) {
        try {
            if (running && wake.tryAcquire(time.toMillis(), TimeUnit.MILLISECONDS)) {
                wake.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            running = false;
        }
    }

    private KafkaProducer<String, byte[]> producer() {
        var settings = new HashMap<>(kafka);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int)
                config.timeout().toMillis());
        settings.put(
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) config.timeout().toMillis() / 2);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, config.timeout().toMillis());
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        return new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
    }
}
