package io.tallystick.billing.chain.engine;

import io.tallystick.billing.chain.Attempt;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.Fees;
import io.tallystick.billing.chain.Inclusion;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.TransactionState;
import io.tallystick.billing.chain.TransactionState.Final;
import io.tallystick.billing.chain.TransactionState.Mined;
import io.tallystick.billing.chain.TransactionState.Planned;
import io.tallystick.billing.chain.TransactionState.Refused;
import io.tallystick.billing.chain.TransactionState.Reverted;
import io.tallystick.billing.chain.TransactionState.Sent;
import io.tallystick.billing.chain.TransactionState.Signed;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Bytes32;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How transactions become rows and rows transactions. */
final class Rows {
    static final String SELECT = """
            select intent_key, target, calldata, state, nonce, state_time, mined_hash, mined_block, mined_block_hash,
                   succeeded, gas_used, gas_price_wei, reason, version
            from chain_transaction
            """;
    static final String UPDATE = """
            update chain_transaction
            set state = ?, nonce = ?, state_time = ?, mined_hash = ?, mined_block = ?, mined_block_hash = ?,
                succeeded = ?, gas_used = ?, gas_price_wei = ?, reason = ?, changed_at = ?, version = version + 1
            """;
    private static final String ATTEMPTS = """
            select intent_key, hash, nonce, raw, max_fee_wei, tip_wei, gas_limit, signed_at
            from chain_attempt where chain_id = ? and intent_key = any (?) order by signed_at, max_fee_wei, hash
            """;
    private static final String INSERT_NONCE = """
            insert into chain_nonce as n (chain_id, signer, nonce, intent_key) values (?, ?, ?, ?)
            on conflict (chain_id, signer, nonce) do update set intent_key = excluded.intent_key
            where n.intent_key = excluded.intent_key
            """;
    private static final String INSERT_ATTEMPT = """
            insert into chain_attempt
                (hash, intent_key, chain_id, signer, nonce, raw, max_fee_wei, tip_wei, gas_limit, signed_at)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;
    private static final String NONCE_OF_ANOTHER = "23505";

    private Rows() {}

    interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    static void bind(PreparedStatement statement, int first, Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            if (values[i] instanceof String[] texts) {
                statement.setArray(first + i, statement.getConnection().createArrayOf("text", texts));
            } else {
                statement.setObject(first + i, values[i]);
            }
        }
    }

    /** @return the index after the last value set */
    static int set(PreparedStatement statement, TransactionState state, Instant now) throws SQLException {
        var inclusion =
                switch (state) {
                    case Mined(var _, var in) -> in;
                    case Final(var in) -> in;
                    case Reverted(var in) -> in;
                    case Planned _, Signed _, Sent _, Refused _ -> null;
                };
        bind(statement, 1, state.word(), nonce(state), stateTime(state));
        if (inclusion == null) {
            bind(statement, 4, null, null, null, null, null, null);
        } else {
            bind(
                    statement,
                    4,
                    inclusion.hash().hex(),
                    inclusion.block(),
                    inclusion.blockHash().hex(),
                    inclusion.succeeded(),
                    inclusion.gasUsed(),
                    new BigDecimal(inclusion.gasPriceWei()));
        }
        bind(statement, 10, state instanceof Refused(var reason) ? reason : null, time(now));
        return 12;
    }

    private static Long nonce(TransactionState state) {
        return switch (state) {
            case Signed(var nonce, var _) -> nonce;
            case Sent(var nonce, var _) -> nonce;
            case Mined(var nonce, var _) -> nonce;
            case Planned _, Final _, Reverted _, Refused _ -> null;
        };
    }

    private static OffsetDateTime stateTime(TransactionState state) {
        return switch (state) {
            case Signed(var _, var since) -> time(since);
            case Sent(var _, var sentAt) -> time(sentAt);
            case Planned _, Mined _, Final _, Reverted _, Refused _ -> null;
        };
    }

    /** Stores the attempt; its nonce as well, unless the intent has it already. */
    static void insert(Connection connection, long chainId, Address signer, Intent intent, Attempt attempt)
            throws SQLException {
        try (var nonce = connection.prepareStatement(INSERT_NONCE);
                var row = connection.prepareStatement(INSERT_ATTEMPT)) {
            bind(nonce, 1, chainId, signer.hex(), attempt.nonce(), intent.key());
            if (nonce.executeUpdate() == 0) {
                throw new SQLException("nonce " + attempt.nonce() + " is another intent's", NONCE_OF_ANOTHER);
            }
            bind(row, 1, attempt.hash().hex(), intent.key(), chainId, signer.hex(), attempt.nonce(), attempt.raw());
            bind(
                    row,
                    7,
                    new BigDecimal(attempt.fees().maxFeeWei()),
                    new BigDecimal(attempt.fees().tipWei()));
            bind(row, 9, attempt.gasLimit(), time(attempt.signedAt()));
            row.executeUpdate();
        }
    }

    static List<Transaction> transactions(Connection connection, long chainId, String sql, Object... values)
            throws SQLException {
        var found = new ArrayList<Transaction>();
        try (var statement = connection.prepareStatement(sql)) {
            bind(statement, 1, values);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(new Transaction(intent(rows), state(rows), List.of(), rows.getLong("version")));
                }
            }
        }
        var attempts = attempts(connection, chainId, found);
        return found.stream()
                .map(t -> new Transaction(
                        t.intent(), t.state(), attempts.getOrDefault(t.intent().key(), List.of()), t.version()))
                .toList();
    }

    private static Map<String, List<Attempt>> attempts(Connection connection, long chainId, List<Transaction> of)
            throws SQLException {
        var attempts = new HashMap<String, List<Attempt>>();
        try (var statement = connection.prepareStatement(ATTEMPTS)) {
            var keys = of.stream().map(t -> t.intent().key()).toArray(String[]::new);
            bind(statement, 1, chainId, keys);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    attempts.computeIfAbsent(rows.getString("intent_key"), _ -> new ArrayList<>())
                            .add(attempt(rows));
                }
            }
        }
        return attempts;
    }

    private static Intent intent(ResultSet row) throws SQLException {
        var call = new Call(new Address(row.getString("target")), row.getString("calldata"));
        return new Intent(row.getString("intent_key"), call);
    }

    private static TransactionState state(ResultSet row) throws SQLException {
        return switch (row.getString("state")) {
            case "planned" -> new Planned();
            case "signed" -> new Signed(row.getLong("nonce"), instant(row, "state_time"));
            case "sent" -> new Sent(row.getLong("nonce"), instant(row, "state_time"));
            case "mined" -> new Mined(row.getLong("nonce"), inclusion(row));
            case "final" -> new Final(inclusion(row));
            case "reverted" -> new Reverted(inclusion(row));
            case "refused" -> new Refused(row.getString("reason"));
            case String other -> throw new IllegalStateException("no state of a transaction: " + other);
        };
    }

    private static Inclusion inclusion(ResultSet row) throws SQLException {
        return new Inclusion(
                new Bytes32(row.getString("mined_hash")),
                row.getLong("mined_block"),
                new Bytes32(row.getString("mined_block_hash")),
                row.getBoolean("succeeded"),
                row.getLong("gas_used"),
                wei(row, "gas_price_wei"));
    }

    private static Attempt attempt(ResultSet row) throws SQLException {
        return new Attempt(
                new Bytes32(row.getString("hash")),
                row.getLong("nonce"),
                row.getString("raw"),
                new Fees(wei(row, "max_fee_wei"), wei(row, "tip_wei")),
                row.getLong("gas_limit"),
                instant(row, "signed_at"));
    }

    private static BigInteger wei(ResultSet row, String column) throws SQLException {
        return row.getBigDecimal(column).toBigIntegerExact();
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
