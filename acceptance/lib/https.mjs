// HTTPS in front of a service that speaks HTTP, for programs that insist on it: a certificate of a name that only this
// process believes, and that only this process looks up here.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';

const PASSWORD = 'only-for-an-hour';

/** keytool comes with the JDK that the services need anyway. */
function keytool(...words) {
  const program = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'keytool') : 'keytool';
  const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`keytool: ${error ?? stdout + stderr}`);
  return stdout;
}

function certificate(name) {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-tls-'));
  const store = ['-keystore', join(folder, 'key.p12'), '-storetype', 'PKCS12', '-storepass', PASSWORD, '-alias', 'key'];
  try {
    keytool('-genkeypair', ...store, '-keyalg', 'EC', '-validity', '1', '-dname', `CN=${name}`, '-ext', `SAN=dns:${name}`);
    const ca = keytool('-exportcert', '-rfc', ...store);
    return { pfx: readFileSync(join(folder, 'key.p12')), ca };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Serves `to` as https://<name>, and lets all HTTPS of this process for that name and port go there.
 * @param {string} name
 * @param {number} port that URLs name
 * @param {string} to a URL of HTTP
 * @returns {Promise<() => void>} ends it
 */
export async function serveAsHttps(name, port, to) {
  const { pfx, ca } = certificate(name);
  const server = https.createServer({ pfx, passphrase: PASSWORD }, (request, answer) => {
    const passed = http.request(new URL(request.url, to), { method: request.method, headers: request.headers }, from => {
      answer.writeHead(from.statusCode, from.headers);
      from.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    request.pipe(passed);
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  const usual = https.globalAgent;
  const agent = new https.Agent({ keepAlive: false });
  agent.createConnection = options =>
    options.servername === name && Number(options.port) === port
      ? tls.connect({ host: '127.0.0.1', port: server.address().port, servername: name, ca })
      : usual.createConnection(options);
  https.globalAgent = agent;
  return () => {
    https.globalAgent = usual;
    server.closeAllConnections();
    server.close();
  };
}
